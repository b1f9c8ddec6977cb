// The loops that find out what a processor can do at most: one row for each kind of instruction.
//
// A file of loops for an instruction set is compiled with that set's flags, so it includes nothing that has inline code
// of the standard library, as in kernels/.
#pragma once

#include <cstdint>

namespace pitlane {

/// What the processor and its operating system let a program use.
struct Extensions {
  bool avx2 = false, avxvnni = false;
  bool avx512 = false, avx512vnni = false, avx512bf16 = false, avx512fp16 = false;
  bool amx_int8 = false, amx_bf16 = false;
};

/// This machine; the first call asks the operating system for the tile registers of AMX.
const Extensions& detect_extensions();

/// Multiply-adds with all operands in registers.
struct ArithmeticLoop {
  const char* type;          ///< of the operands: "f32", "f16", "bf16", "int8"
  const char* instructions;  ///< e.g. "AVX-512 FMA"
  bool Extensions::*needs;   ///< null: always there
  std::int64_t macs_per_round;
  /// Writes 64 bytes to `sink`, so that no compiler leaves the work out.
  void (*run)(std::int64_t rounds, void* sink);
};

/// Reads `bytes`, a multiple of 4096, once from the start to the end.
struct ReadLoop {
  const char* instructions;
  bool Extensions::*needs;
  void (*run)(const void* data, std::int64_t bytes, void* sink);
};

void multiply_f32_portable(std::int64_t rounds, void* sink);
void read_portable(const void* data, std::int64_t bytes, void* sink);
inline constexpr std::int64_t kPortableMacs = 32;

#if defined(PITLANE_X86_KERNELS)
void multiply_f32_avx2(std::int64_t rounds, void* sink);
void multiply_i8_avx2(std::int64_t rounds, void* sink);
void read_avx2(const void* data, std::int64_t bytes, void* sink);
void multiply_i8_avxvnni(std::int64_t rounds, void* sink);
void multiply_f32_avx512(std::int64_t rounds, void* sink);
void multiply_i8_avx512vnni(std::int64_t rounds, void* sink);
void multiply_bf16_avx512bf16(std::int64_t rounds, void* sink);
void multiply_f16_avx512fp16(std::int64_t rounds, void* sink);
void read_avx512(const void* data, std::int64_t bytes, void* sink);
void multiply_i8_amx(std::int64_t rounds, void* sink);
void multiply_bf16_amx(std::int64_t rounds, void* sink);

/// Independent sums of each loop: enough to hide the latency of one instruction.
inline constexpr int kSums = 12;
inline constexpr int kTiles = 4;
#endif

}  // namespace pitlane
