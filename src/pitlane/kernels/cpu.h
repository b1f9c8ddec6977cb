// What the processor and its operating system offer, as plain facts that a test can make up.
#pragma once

#include <vector>

#include "pitlane/kernels/isa.h"

namespace pitlane {

struct CpuFeatures {
  bool x86_64 = false;
  /// Registers that the operating system saves on a task switch (XCR0); without that the instructions fault.
  bool os_ymm = false, os_zmm = false;
  bool avx2 = false, fma = false, f16c = false;
  bool avx512f = false, avx512bw = false, avx512dq = false, avx512vl = false, avx512vnni = false;
  bool avx512bf16 = false, avx512vbmi2 = false;
  bool amx_tile = false, amx_int8 = false, amx_bf16 = false;
  bool os_tiles = false;  ///< saved on a task switch, and granted to this process
  /// aarch64, as the kernel tells (AT_HWCAP): Armv8.0 ASIMD, and SDOT and UDOT on it.
  bool asimd = false, asimddp = false;
};

/// This machine.
CpuFeatures detect_cpu();

/// Levels of this build that such a processor can run, lowest first; always at least scalar.
std::vector<Isa> isas_of(const CpuFeatures& cpu);

/// The rule behind default_isa(): `requested` is the content of PITLANE_ISA, null where it is not set.
Result<Isa> choose_isa(const char* requested, const CpuFeatures& cpu);

/// An error that says what is there unless `cpu` can run `isa`.
Status require_isa(Isa isa, const CpuFeatures& cpu);

}  // namespace pitlane
