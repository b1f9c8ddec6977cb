// One block of memory for all activations: pieces that are never needed at the same time share addresses.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/engine/picture.h"

namespace pitlane {

class ArenaPlan {
 public:
  /// Kernels may read this far behind the last element (kernel_args.h).
  static constexpr std::size_t kSlackBytes = 64;

  /// A piece that holds something from the first to the last step that uses it.
  BufferId add(std::size_t bytes);
  /// A piece that lives from run to run.
  BufferId add_persistent(std::size_t bytes);
  void use(BufferId buffer, int step);

  /// Places every piece at a 64-byte boundary: largest first, at the lowest address that is free while it
  /// lives.
  void place();

  [[nodiscard]] const std::vector<std::size_t>& offsets() const { return offsets_; }
  [[nodiscard]] std::size_t total_bytes() const { return total_bytes_; }

 private:
  struct Piece {
    std::size_t bytes = 0;
    int first = -1, last = -1;  // steps; -1: unused
    bool persistent = false;
  };
  [[nodiscard]] static bool overlap(const Piece& a, const Piece& b);
  [[nodiscard]] std::size_t lowest_gap(std::size_t piece, const std::vector<std::size_t>& placed) const;

  std::vector<Piece> pieces_;
  std::vector<std::size_t> offsets_;
  std::size_t total_bytes_ = 0;
};

}  // namespace pitlane
