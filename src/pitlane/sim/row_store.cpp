#include "pitlane/sim/row_store.h"

#include <algorithm>
#include <cstring>

namespace pitlane {
namespace {

// By column: which pixel, or -1.
std::vector<int> pixels_by_column(const std::vector<int>& pairs, int width) {
  std::vector<int> drawn(static_cast<std::size_t>(width), -1);
  for (std::size_t i = pairs.size(); i-- > 0;) {
    const int first = 2 * static_cast<int>(i), column = pairs[i];
    if (column + 1 < width && drawn[static_cast<std::size_t>(column) + 1] < 0)
      drawn[static_cast<std::size_t>(column) + 1] = first + 1;
    drawn[static_cast<std::size_t>(column)] = first;
  }
  return drawn;
}

std::vector<RowStore::Chunk> make_chunks(const std::vector<int>& drawn) {
  std::vector<RowStore::Chunk> chunks;
  const int width = static_cast<int>(drawn.size());
  for (int begin = 0; begin < width; begin += RowStore::kChunkColumns) {
    const auto from = drawn.begin() + begin, to = drawn.begin() + std::min(begin + RowStore::kChunkColumns, width);
    const auto first = std::find_if(from, to, [](int pixel) { return pixel >= 0; });
    if (first == to) continue;
    RowStore::Chunk chunk{};
    chunk.pixel = *first;
    chunk.byte = 3 * begin;
    const int last = *std::max_element(from, to);
    chunk.one_register = last - *first < 16;
    for (auto column = first; column < to; ++column)
      for (int i = 0; i < 3 && *column >= 0; ++i)
        chunk.from[3 * (column - from) + i] = static_cast<std::uint8_t>(4 * (*column - *first) + i);
    chunks.push_back(chunk);
  }
  return chunks;
}

// As many columns as four pixels in a row and the chunk's bytes hold, then the next chunk.
std::vector<RowStore::SmallChunk> make_small_chunks(const std::vector<int>& drawn) {
  std::vector<RowStore::SmallChunk> chunks;
  int begin = 0;  // column of the last chunk
  for (int column = 0; column < static_cast<int>(drawn.size()); ++column) {
    const int pixel = drawn[static_cast<std::size_t>(column)];
    if (pixel < 0) continue;
    if (chunks.empty() || column - begin >= RowStore::kSmallChunkColumns || pixel - chunks.back().pixel >= 4) {
      RowStore::SmallChunk chunk{};
      chunk.pixel = pixel;
      chunk.byte = 3 * column;
      chunks.push_back(chunk);
      begin = column;
    }
    RowStore::SmallChunk& chunk = chunks.back();
    for (int i = 0; i < 3; ++i)
      chunk.from[3 * (column - begin) + i] = static_cast<std::uint8_t>(4 * (pixel - chunk.pixel) + i);
  }
  return chunks;
}

}  // namespace

RowStore::RowStore(const std::vector<int>& pairs, int width) {
  const std::vector<int> drawn = pixels_by_column(pairs, width);
  chunks_ = make_chunks(drawn), small_chunks_ = make_small_chunks(drawn);
  for (const int column : pairs) pair_bytes_.push_back(3 * column);
  use(fastest_code());
}

void RowStore::use(CameraCode code) {
  run_ = code == CameraCode::kPortable                                 ? run_portable
         : code == CameraCode::kAvx512 && runs_avx512_row_store_here() ? run_avx512
                                                                       : run_avx2;
}

void RowStore::run_portable(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row) {
  // A pair's six bytes, and two more that the next pair or row overwrites, or nobody asked for.
  for (std::size_t i = 0; i < store.pair_bytes_.size(); ++i) {
    const std::uint64_t pair = pixels[2 * i] | std::uint64_t{pixels[2 * i + 1]} << 24;
    std::memcpy(row + store.pair_bytes_[i], &pair, sizeof pair);
  }
}

void RowStore::run_avx512(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row) {
  store_chunks_avx512(store.chunks_.data(), store.chunks_.size(), pixels, row);
}

void RowStore::run_avx2(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row) {
  store_chunks_avx2(store.small_chunks_.data(), store.small_chunks_.size(), pixels, row);
}

}  // namespace pitlane
