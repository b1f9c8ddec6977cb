#include <sys/syscall.h>
#include <unistd.h>

#include "pitlane/kernels/cpu.h"
#include "pitlane/roofline/loops.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace pitlane {
namespace {

#if defined(__x86_64__)
constexpr bool bit(unsigned value, int index) { return ((value >> index) & 1U) != 0; }

/// Linux gives a process the tile registers only when asked (arch_prctl, ARCH_REQ_XCOMP_PERM).
bool permitted_tiles() {
  constexpr long kAskPermission = 0x1023;
  constexpr long kTileData = 18;
  return ::syscall(SYS_arch_prctl, kAskPermission, kTileData) == 0;
}
#endif

Extensions detect() {
  Extensions there;
#if defined(__x86_64__)
  const CpuFeatures cpu = detect_cpu();
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return there;
  const unsigned more = d;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) == 0) a = 0;
  there.avx2 = cpu.os_ymm && cpu.avx2 && cpu.fma;
  there.avxvnni = there.avx2 && bit(a, 4);
  there.avx512 = cpu.os_zmm && cpu.avx512f && cpu.avx512bw && cpu.avx512dq && cpu.avx512vl;
  there.avx512vnni = there.avx512 && cpu.avx512vnni;
  there.avx512bf16 = there.avx512 && bit(a, 5);
  there.avx512fp16 = there.avx512 && bit(more, 23);
  const bool tiles = bit(more, 24) && permitted_tiles();
  there.amx_int8 = tiles && bit(more, 25);
  there.amx_bf16 = tiles && bit(more, 22);
#endif
  return there;
}

}  // namespace

const Extensions& detect_extensions() {
  static const Extensions there = detect();
  return there;
}

}  // namespace pitlane
