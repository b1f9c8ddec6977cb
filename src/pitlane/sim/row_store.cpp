#include "pitlane/sim/row_store.h"

#include <algorithm>
#include <cstring>

namespace pitlane {
namespace {

std::vector<RowStore::Chunk> make_chunks(const std::vector<int>& pairs, int width) {
  std::vector<int> drawn(static_cast<std::size_t>(width), -1);  // by column: which pixel
  for (std::size_t i = pairs.size(); i-- > 0;) {
    const int first = 2 * static_cast<int>(i), column = pairs[i];
    if (column + 1 < width && drawn[static_cast<std::size_t>(column) + 1] < 0)
      drawn[static_cast<std::size_t>(column) + 1] = first + 1;
    drawn[static_cast<std::size_t>(column)] = first;
  }
  std::vector<RowStore::Chunk> chunks;
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

}  // namespace

RowStore::RowStore(const std::vector<int>& pairs, int width)
    : chunks_(make_chunks(pairs, width)), is_wide_(has_wide_row_store()) {
  for (const int column : pairs) pair_bytes_.push_back(3 * column);
}

void RowStore::run_portable(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row) {
  // A pair's six bytes, and two more that the next pair or row overwrites, or nobody asked for.
  for (std::size_t i = 0; i < store.pair_bytes_.size(); ++i) {
    const std::uint64_t pair = pixels[2 * i] | std::uint64_t{pixels[2 * i + 1]} << 24;
    std::memcpy(row + store.pair_bytes_[i], &pair, sizeof pair);
  }
}

void RowStore::run_wide(const RowStore& store, const std::uint32_t* pixels, std::uint8_t* row) {
  store_chunks_wide(store.chunks_.data(), store.chunks_.size(), pixels, row);
}

}  // namespace pitlane
