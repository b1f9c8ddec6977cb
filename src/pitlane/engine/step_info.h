// What a plan tells of its steps: whose they are, what they do, and what they cost at least.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pitlane {

/// How a step multiplies. Values reach the disk: only append.
enum class Arithmetic : std::uint8_t {
  kNone,  ///< it does not
  kF32,
  kF16,  ///< weights in binary16, arithmetic in f32
  kI8,
  kBf16,  ///< inputs and weights in bfloat16, sums in f32
};
/// "none", "f32", "f16", "int8", "bf16".
const char* to_string(Arithmetic arithmetic);

struct StepInfo {
  /// On whose behalf a step runs; values as above. What prepares a layer's input or output (a border, a quantisation)
  /// is the layer's.
  enum class Owner : std::uint8_t { kLayer, kInput, kOutput, kState };
  Owner owner = Owner::kLayer;
  /// Of the node (of a cell in one step: the node that makes h, without ".hidden"), the input, the value that is an
  /// output, the state.
  std::string name = {};
  std::string work = {};  ///< e.g. "conv int8", "border", "quantize"
  Arithmetic arithmetic = Arithmetic::kNone;
  std::int64_t macs = 0;  ///< of the network; what a kernel pads is not counted
  std::size_t weight_bytes = 0;
  /// Activations, each byte once, however often the step comes back to it.
  std::size_t read_bytes = 0, written_bytes = 0;
};
/// "layer", "input", "output", "state".
const char* to_string(StepInfo::Owner owner);

}  // namespace pitlane
