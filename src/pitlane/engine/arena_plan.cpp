#include "pitlane/engine/arena_plan.h"

#include <algorithm>
#include <numeric>

#include "pitlane/kernels/aligned_buffer.h"

namespace pitlane {

BufferId ArenaPlan::add(std::size_t bytes) {
  const std::size_t padded = bytes + kSlackBytes + kernels::kAlignment - 1;
  pieces_.push_back({.bytes = padded / kernels::kAlignment * kernels::kAlignment});
  return static_cast<BufferId>(pieces_.size()) - 1;
}

BufferId ArenaPlan::add_persistent(std::size_t bytes) {
  const BufferId id = add(bytes);
  pieces_.back().persistent = true;
  return id;
}

void ArenaPlan::use(BufferId buffer, int step) {
  Piece& piece = pieces_[buffer];
  if (piece.first < 0) piece.first = step;
  piece.last = std::max(piece.last, step);
}

bool ArenaPlan::overlap(const Piece& a, const Piece& b) {
  return a.persistent || b.persistent || (a.first <= b.last && b.first <= a.last);
}

std::size_t ArenaPlan::lowest_gap(std::size_t piece, const std::vector<std::size_t>& placed) const {
  std::size_t offset = 0;
  for (const std::size_t other : placed) {  // ascending offsets
    if (!overlap(pieces_[piece], pieces_[other])) continue;
    if (offset + pieces_[piece].bytes <= offsets_[other]) break;
    offset = std::max(offset, offsets_[other] + pieces_[other].bytes);
  }
  return offset;
}

void ArenaPlan::place() {
  offsets_.assign(pieces_.size(), 0);
  std::vector<std::size_t> order(pieces_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return pieces_[a].bytes > pieces_[b].bytes; });
  std::vector<std::size_t> placed;
  for (const std::size_t piece : order) {
    offsets_[piece] = lowest_gap(piece, placed);
    total_bytes_ = std::max(total_bytes_, offsets_[piece] + pieces_[piece].bytes);
    placed.push_back(piece);
    std::ranges::sort(placed, [&](std::size_t a, std::size_t b) { return offsets_[a] < offsets_[b]; });
  }
}

}  // namespace pitlane
