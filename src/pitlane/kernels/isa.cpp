#include "pitlane/kernels/isa.h"

#include <cstdlib>
#include <string>

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
  }
  return "unknown";
}

Result<Isa> parse_isa(std::string_view name) {
  for (const Isa isa : {Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAmx})
    if (name == to_string(isa)) return isa;
  return invalid_argument("unknown instruction set '" + std::string(name) +
                          "'; choose one of: scalar, avx2, avx512, avx512vnni, avx512bf16, amx");
}

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> isas = isas_of(detect_cpu());
  return isas;
}

Result<Isa> default_isa() { return choose_isa(std::getenv("PITLANE_ISA"), detect_cpu()); }

}  // namespace pitlane
