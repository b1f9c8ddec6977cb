// Tile registers: 16 rows of 64 bytes. Four sums, since one product takes longer until its result is there than until
// the next one may begin.
#include <immintrin.h>

#include "pitlane/roofline/loops.h"

namespace pitlane {
namespace {

// The layout that LDTILECFG reads.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

/// GCC's intrinsics do not say which memory they read or write: this ends what the compiler may still owe to it.
void finish_memory() { __asm__ volatile("" : : : "memory"); }

void begin_tiles(std::int16_t value) {
  TileConfig config;
  for (int t = 0; t < 8; ++t) {
    config.row_bytes[t] = 64;
    config.rows[t] = 16;
  }
  finish_memory();
  _tile_loadconfig(&config);
  alignas(64) std::int16_t row[512];
  for (std::int16_t& element : row) element = value;
  finish_memory();
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, row, 64);
  _tile_loadd(5, row, 64);
  _tile_loadd(6, row, 64);
  _tile_loadd(7, row, 64);
}

void end_tiles(void* sink) {
  alignas(64) std::uint8_t sums[1024];
  _tile_stored(0, sums, 64);
  _tile_release();
  finish_memory();
  for (int i = 0; i < 64; ++i) static_cast<std::uint8_t*>(sink)[i] = sums[i];
}

}  // namespace

void multiply_i8_amx(std::int64_t rounds, void* sink) {
  begin_tiles(0x0101);
  for (std::int64_t i = 0; i < rounds; ++i) {
    _tile_dpbusd(0, 4, 6);
    _tile_dpbusd(1, 4, 7);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
  }
  end_tiles(sink);
}

void multiply_bf16_amx(std::int64_t rounds, void* sink) {
  begin_tiles(0x3F00);  // 0.5
  for (std::int64_t i = 0; i < rounds; ++i) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  end_tiles(sink);
}

}  // namespace pitlane
