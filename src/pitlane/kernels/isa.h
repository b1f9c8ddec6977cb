// Instruction-set levels that kernels exist for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Ordered: a level includes the ones before it.
enum class Isa : std::uint8_t {
  kScalar,      ///< plain C++, the reference
  kAvx2,        ///< AVX2 + FMA + F16C
  kAvx512,      ///< AVX-512 F/BW/DQ/VL
  kAvx512Vnni,  ///< kAvx512 + VNNI
  kAvx512Bf16,  ///< kAvx512Vnni + BF16
  kAmx,         ///< kAvx512Bf16 + AMX tiles of int8 and bfloat16
};

const char* to_string(Isa isa);
/// "scalar", "avx2", "avx512", "avx512vnni", "avx512bf16", "amx"; an error lists the names.
Result<Isa> parse_isa(std::string_view name);
/// Levels that both this build and this processor (and its operating system) have, lowest first.
const std::vector<Isa>& available_isas();
/// The level for new plans: `PITLANE_ISA` if set (an error if unknown or unavailable), else the best.
/// On x86-64 without AVX2 this is an error unless the scalar level is asked for by name: silently driving
/// fifty times slower helps nobody.
Result<Isa> default_isa();

}  // namespace pitlane
