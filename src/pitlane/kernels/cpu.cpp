#include "pitlane/kernels/cpu.h"

#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace pitlane {
namespace {

std::string names(const std::vector<Isa>& isas) {
  std::string list;
  for (const Isa isa : isas) list += (list.empty() ? "" : ", ") + std::string(to_string(isa));
  return list;
}

#if defined(__x86_64__)
constexpr bool bit(unsigned value, int index) { return ((value >> index) & 1U) != 0; }

/// XCR0. By hand because the intrinsic needs a compiler flag for the whole file.
unsigned extended_control() {
  unsigned low = 0;
  unsigned high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

/// Linux gives the memory that tiles need to those processes alone that ask (Documentation/arch/x86/xstate.rst).
bool ask_for_tiles() {
#if defined(__linux__)
  constexpr int kRequest = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
#else
  return false;
#endif
}
#endif

}  // namespace

CpuFeatures detect_cpu() {
  CpuFeatures cpu;
#if defined(__x86_64__)
  cpu.x86_64 = true;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return cpu;
  cpu.fma = bit(c, 12);
  cpu.f16c = bit(c, 29);
  if (bit(c, 27)) {  // OSXSAVE: xgetbv may be used
    const unsigned saved = extended_control();
    cpu.os_ymm = (saved & 0x06U) == 0x06U;
    cpu.os_zmm = (saved & 0xE6U) == 0xE6U;
    cpu.os_tiles = (saved & 0x60000U) == 0x60000U;
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return cpu;
  cpu.avx2 = bit(b, 5);
  cpu.avx512f = bit(b, 16);
  cpu.avx512dq = bit(b, 17);
  cpu.avx512bw = bit(b, 30);
  cpu.avx512vl = bit(b, 31);
  cpu.avx512vnni = bit(c, 11);
  cpu.avx512vbmi2 = bit(c, 6);
  cpu.amx_tile = bit(d, 24);
  cpu.amx_int8 = bit(d, 25);
  cpu.amx_bf16 = bit(d, 22);
  cpu.os_tiles = cpu.os_tiles && cpu.amx_tile && ask_for_tiles();
  if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0) cpu.avx512bf16 = bit(a, 5);  // a: the last subleaf
#elif defined(__aarch64__) && defined(__linux__)
  const unsigned long capabilities = ::getauxval(AT_HWCAP);
  cpu.asimd = (capabilities & HWCAP_ASIMD) != 0;
  cpu.asimddp = (capabilities & HWCAP_ASIMDDP) != 0;
#endif
  return cpu;
}

std::vector<Isa> isas_of(const CpuFeatures& cpu) {
  std::vector<Isa> isas = {Isa::kScalar};
#if defined(PITLANE_X86_KERNELS)
  if (!(cpu.os_ymm && cpu.avx2 && cpu.fma && cpu.f16c)) return isas;
  isas.push_back(Isa::kAvx2);
  if (!(cpu.os_zmm && cpu.avx512f && cpu.avx512bw && cpu.avx512dq && cpu.avx512vl)) return isas;
  isas.push_back(Isa::kAvx512);
  if (!cpu.avx512vnni) return isas;
  isas.push_back(Isa::kAvx512Vnni);
  if (!cpu.avx512bf16) return isas;
  isas.push_back(Isa::kAvx512Bf16);
  if (cpu.os_tiles && cpu.amx_tile && cpu.amx_int8 && cpu.amx_bf16) isas.push_back(Isa::kAmx);
#elif defined(PITLANE_ARM_KERNELS)
  if (!cpu.asimd) return isas;
  isas.push_back(Isa::kNeon);
  if (cpu.asimddp) isas.push_back(Isa::kNeonDot);
#else
  static_cast<void>(cpu);
#endif
  return isas;
}

Status require_isa(Isa isa, const CpuFeatures& cpu) {
  const std::vector<Isa> available = isas_of(cpu);
  for (const Isa a : available)
    if (a == isa) return {};
  return unsupported("instruction set " + std::string(to_string(isa)) +
                     " is not available on this machine; choose one of: " + names(available));
}

Result<Isa> choose_isa(const char* requested, const CpuFeatures& cpu) {
  if (requested != nullptr && *requested != '\0') {
    const Result<Isa> isa = parse_isa(requested);
    if (!isa.ok()) return isa.error().in("PITLANE_ISA");
    if (const Status status = require_isa(*isa, cpu); !status.ok()) return status.error().in("PITLANE_ISA");
    return *isa;
  }
  const Isa best = isas_of(cpu).back();
  if (cpu.x86_64 && best == Isa::kScalar)
    return unsupported(
        "this processor (or its operating system) lacks AVX2, FMA or F16C, which the fast kernels need; set "
        "PITLANE_ISA=scalar to run the plain ones, many times slower");
  return best;
}

}  // namespace pitlane
