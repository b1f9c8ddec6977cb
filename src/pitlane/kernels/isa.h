// Instruction-set levels that kernels exist for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Levels of one kind of processor stand together; each includes those before it of its kind, and the scalar one.
enum class Isa : std::uint8_t {
  kScalar,      ///< plain C++, the reference
  kAvx2,        ///< AVX2 + FMA + F16C
  kAvx512,      ///< AVX-512 F/BW/DQ/VL
  kAvx512Vnni,  ///< kAvx512 + VNNI
  kAvx512Bf16,  ///< kAvx512Vnni + BF16
  kAmx,         ///< kAvx512Bf16 + AMX tiles of int8 and bfloat16

  kNeon,     ///< aarch64: ASIMD of Armv8.0, which includes FMA and the widening of binary16
  kNeonDot,  ///< kNeon + dot product (Armv8.2 SDOT)
};

/// Every level, of this build or not, in the order of the enumeration.
inline constexpr Isa kIsas[] = {
    Isa::kScalar, Isa::kAvx2,    Isa::kAvx512, Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAmx,  // x86-64
    Isa::kNeon,   Isa::kNeonDot,                                                               // aarch64
};

const char* to_string(Isa isa);
/// The names of kIsas, with commas between them.
std::string isa_names();
/// What to_string() says of one of kIsas; an error lists the names.
Result<Isa> parse_isa(std::string_view name);
/// Levels that this build has kernels for, lowest first.
const std::vector<Isa>& built_isas();
/// Levels that both this build and this processor (and its operating system) have, lowest first.
const std::vector<Isa>& available_isas();
/// The level for new plans: `PITLANE_ISA` if set (an error if unknown or unavailable), else the best.
/// On x86-64 without AVX2 this is an error unless the scalar level is asked for by name: silently driving
/// fifty times slower helps nobody.
Result<Isa> default_isa();

}  // namespace pitlane
