#include "pitlane/kernels/isa.h"

#include <cstdlib>

#include "pitlane/kernels/cpu.h"

namespace pitlane {

const char* to_string(Isa isa) {
  switch (isa) {
    case Isa::kScalar:
      return "scalar";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx512Vnni:
      return "avx512vnni";
    case Isa::kAvx512Bf16:
      return "avx512bf16";
    case Isa::kAmx:
      return "amx";
    case Isa::kNeon:
      return "neon";
    case Isa::kNeonDot:
      return "neondot";
  }
  return "unknown";
}

std::string isa_names() {
  std::string names;
  for (const Isa isa : kIsas) names += (names.empty() ? "" : ", ") + std::string(to_string(isa));
  return names;
}

Result<Isa> parse_isa(std::string_view name) {
  for (const Isa isa : kIsas)
    if (name == to_string(isa)) return isa;
  return invalid_argument("unknown instruction set '" + std::string(name) + "'; choose one of: " + isa_names());
}

const std::vector<Isa>& built_isas() {
  static const std::vector<Isa> isas = {
    Isa::kScalar,
#if defined(PITLANE_X86_KERNELS)
    Isa::kAvx2,
    Isa::kAvx512,
    Isa::kAvx512Vnni,
    Isa::kAvx512Bf16,
    Isa::kAmx,
#endif
#if defined(PITLANE_ARM_KERNELS)
    Isa::kNeon,
    Isa::kNeonDot,
#endif
  };
  return isas;
}

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> isas = isas_of(detect_cpu());
  return isas;
}

Result<Isa> default_isa() { return choose_isa(std::getenv("PITLANE_ISA"), detect_cpu()); }

}  // namespace pitlane
