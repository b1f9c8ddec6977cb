// A plan is a list of steps; each does one thing to the workspace.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pitlane/engine/picture.h"
#include "pitlane/engine/session.h"

namespace pitlane {

/// What a step may touch during one run.
struct RunContext {
  std::byte* arena = nullptr;
  const std::size_t* offsets = nullptr;  ///< by BufferId
  std::span<const TensorView> inputs;
  std::span<const MutableTensorView> outputs;

  template <typename T>
  [[nodiscard]] T* at(BufferId buffer) const noexcept {
    return reinterpret_cast<T*>(arena + offsets[buffer]);
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
  /// Pieces of the workspace that are read or written.
  [[nodiscard]] virtual std::vector<BufferId> buffers() const = 0;
  [[nodiscard]] virtual std::size_t weight_bytes() const { return 0; }
};

}  // namespace pitlane
