// One network ready to run: tensors in, tensors out. The engine and every other runtime stand behind this.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/shape.h"

namespace pitlane {

enum class ElementType : std::uint8_t { kF32, kU8 };

/// A dense row-major tensor in host memory that somebody else owns.
struct TensorView {
  const void* data = nullptr;
  std::size_t size_bytes = 0;
};
struct MutableTensorView {
  void* data = nullptr;
  std::size_t size_bytes = 0;
};

struct TensorSpec {
  std::string name;
  Shape shape;
  ElementType type = ElementType::kF32;
};

/// Why a run refused. Values, not exceptions: the control loop has no time for those.
enum class RunStatus : std::uint8_t {
  kOk,
  kWrongInputs,    ///< count or byte size of inputs or outputs differs from the signature
  kNotFinite,      ///< NaN or infinity in a float input or in the result; the outputs must not be used
  kRuntimeFailed,  ///< the runtime behind the session reported a failure
};

const char* to_string(RunStatus status);

/// Not thread-safe: one thread at a time. Sessions of one Plan may run in parallel.
class Session {
 public:
  virtual ~Session() = default;

  /// An image input that may be given as raw camera bytes has type kU8: {height, width, channels} after
  /// crop and resize, before scale and offset, which the session applies.
  [[nodiscard]] virtual const std::vector<TensorSpec>& inputs() const = 0;
  /// Always kF32, normalised (before OutputSpec's range).
  [[nodiscard]] virtual const std::vector<TensorSpec>& outputs() const = 0;
  /// No allocation, no lock, no exception after the first call.
  [[nodiscard]] virtual RunStatus run(std::span<const TensorView> inputs,
                                      std::span<const MutableTensorView> outputs) noexcept = 0;
  /// Recurrent memory back to zero: call between episodes.
  virtual void reset() noexcept = 0;
  /// Of the last run: nanoseconds that went into reaching a runtime in another process and coming back, which are no
  /// part of what the network takes.
  [[nodiscard]] virtual std::int64_t detour_ns() const noexcept { return 0; }
  /// Why a run was kRuntimeFailed, where the runtime says it: one line.
  [[nodiscard]] virtual std::optional<Error> failure() const { return std::nullopt; }
  /// For reports: runtime, version, ISA.
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace pitlane
