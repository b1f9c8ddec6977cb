// Puts the pixels of the columns that are drawn to their places in a row of RGB bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/sim/wide_field.h"

namespace pitlane {

class RowStore {
 public:
  /// Columns come in pairs of neighbours, `pairs` their first ones, ascending, within `width`. A pair's second column
  /// may lie just beyond, and what is stored there is of no use.
  RowStore(const std::vector<int>& pairs, int width);

  /// After the last row of a picture there must be so many bytes to write to. Rows are stored in ascending order.
  static constexpr std::size_t kSpill = 64;

  /// `pixels`: two for each pair, as to_pixels() makes them, and kMorePixels after them that are there to be read.
  /// Bytes of columns that are not drawn may be overwritten, in the row after it too.
  void run(const std::uint32_t* pixels, std::uint8_t* row) const { run_(*this, pixels, row); }
  static constexpr std::size_t kMorePixels = 32;

  /// For tests: in place of fastest_code(), which the processor must have.
  void use(CameraCode code);

  /// kChunkBytes of the row that are put together from up to 32 pixels.
  struct alignas(64) Chunk {
    std::uint8_t from[64];  ///< by byte: where it is among the pixels' bytes
    int pixel;              ///< the first
    int byte;               ///< of the row, the first
    bool one_register;      ///< all of them are among the first 16 pixels
  };
  static constexpr int kChunkColumns = 21, kChunkBytes = 3 * kChunkColumns;
  /// The same of up to four pixels; one that begins further to the right is stored later.
  struct alignas(16) SmallChunk {
    std::uint8_t from[16];
    int pixel, byte;
  };
  static constexpr int kSmallChunkColumns = 5;

 private:
  static void run_portable(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row);
  static void run_avx2(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row);
  static void run_avx512(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row);

  std::vector<int> pair_bytes_;  // where in a row each pair begins
  std::vector<Chunk> chunks_;
  std::vector<SmallChunk> small_chunks_;
  void (*run_)(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row) = run_portable;
};

/// AVX-512 with VBMI.
bool runs_avx512_row_store_here();
void store_chunks_avx512(const RowStore::Chunk* chunks, std::size_t count, const std::uint32_t* pixels,
                         std::uint8_t* row);
void store_chunks_avx2(const RowStore::SmallChunk* chunks, std::size_t count, const std::uint32_t* pixels,
                       std::uint8_t* row);

}  // namespace pitlane
