// Tiles of Advanced Matrix Extensions: up to 16 rows of 64 bytes. By hand, because the compilers' intrinsics take
// literal numbers of tiles only. Internal linkage.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitlane::kernels {
namespace {

/// Operand of ldtilecfg, palette 1 (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter
/// 18).
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};

  void set(int tile, int row_count, int bytes) {
    rows[tile] = static_cast<std::uint8_t>(row_count);
    row_bytes[tile] = static_cast<std::uint16_t>(bytes);
  }
};

/// Tiles have their shapes during its lifetime, and are given back then: a processor with tiles in use saves 8 KiB
/// more at each switch of threads.
class TileScope {
 public:
  explicit TileScope(const TileShapes& shapes) { __asm__ volatile("ldtilecfg %0" : : "m"(shapes)); }
  ~TileScope() { __asm__ volatile("tilerelease"); }
  TileScope(const TileScope&) = delete;
  TileScope& operator=(const TileScope&) = delete;
};

/// `step`: bytes from one row to the next; 0 loads one row into all.
template <int Tile>
inline void load_tile(const void* from, std::ptrdiff_t step) {
  __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(step), "i"(Tile) : "memory");
}

template <int Tile>
inline void store_tile(void* to, std::ptrdiff_t step) {
  __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(step), "i"(Tile) : "memory");
}

/// sum[m][n] += u8 input[m][4 k + i] * s8 weights[k][4 n + i], exactly.
template <int Sum, int Input, int Weights>
inline void multiply_i8() {
  __asm__ volatile("tdpbusd %%tmm%c0, %%tmm%c1, %%tmm%c2" : : "i"(Weights), "i"(Input), "i"(Sum));
}

/// sum[m][n] += input[m][2 k + i] * weights[k][2 n + i], sums in binary32.
template <int Sum, int Input, int Weights>
inline void multiply_bf16() {
  __asm__ volatile("tdpbf16ps %%tmm%c0, %%tmm%c1, %%tmm%c2" : : "i"(Weights), "i"(Input), "i"(Sum));
}

}  // namespace
}  // namespace pitlane::kernels
