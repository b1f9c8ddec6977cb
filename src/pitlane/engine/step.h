// A plan is a list of steps; each does one thing to the workspace.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pitlane/engine/picture.h"
#include "pitlane/engine/session.h"

namespace pitlane {

/// Memory of the same size for each thread of a plan: buffers that follow each other.
struct ThreadBuffers {
  BufferId first = -1;
  int count = 0;

  void list(std::vector<BufferId>& buffers) const {
    for (int i = 0; i < count; ++i) buffers.push_back(first + i);
  }
};

/// What a step may touch during one run.
struct RunContext {
  std::byte* arena = nullptr;
  const std::size_t* offsets = nullptr;  ///< by BufferId
  std::span<const TensorView> inputs;
  std::span<const MutableTensorView> outputs;
  int thread = 0;  ///< which of the session's threads this is

  template <typename T>
  [[nodiscard]] T* at(BufferId buffer) const noexcept {
    return reinterpret_cast<T*>(arena + offsets[buffer]);
  }
  /// This thread's; null where there are none.
  template <typename T>
  [[nodiscard]] T* own(const ThreadBuffers& buffers) const noexcept {
    return buffers.count == 0 ? nullptr : at<T>(buffers.first + thread);
  }
  /// First element inside the border.
  template <typename T>
  [[nodiscard]] T* interior(const Picture& picture) const noexcept {
    return at<T>(picture.buffer) + picture.origin();
  }
};

/// Immutable: everything that changes lies in the workspace.
class Step {
 public:
  virtual ~Step() = default;
  /// Anything but kOk ends the run.
  [[nodiscard]] virtual RunStatus run(const RunContext& context) const noexcept = 0;
  /// Into how many pieces it is worth cutting for so many threads; 1: not at all.
  [[nodiscard]] virtual int pieces(int /*threads*/) const noexcept { return 1; }
  /// In place of run() where there are pieces: what comes before them, on one thread.
  virtual void begin(const RunContext& /*context*/) const noexcept {}
  /// Piece `piece` of `count`. Pieces may run at the same time: each writes outputs of its own, the same bits as run().
  virtual void run_piece(const RunContext& /*context*/, int /*piece*/, int /*count*/) const noexcept {}
  /// Pieces of the workspace that are read or written.
  [[nodiscard]] virtual std::vector<BufferId> buffers() const = 0;
  [[nodiscard]] virtual std::size_t weight_bytes() const { return 0; }
};

}  // namespace pitlane
