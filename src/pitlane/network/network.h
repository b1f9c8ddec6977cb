// A driving network: a typed operator graph, its weights, and what its inputs and outputs mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/op.h"
#include "pitlane/network/preprocessing.h"
#include "pitlane/network/shape.h"
#include "pitlane/network/weight.h"

namespace pitlane {

/// Index into Network::values.
using ValueId = int;

/// real = scale * (q - zero_point), q in 0..255.
struct ActivationQuantization {
  float scale = 1;
  std::int32_t zero_point = 0;
  bool operator==(const ActivationQuantization&) const = default;
};

/// A tensor that flows between operators.
struct Value {
  std::string name;
  Shape shape;
  /// Fixed by calibration (static int8). An operator with int8 weights whose input has none measures the
  /// range of its input in each run (dynamic int8). Values are rounded to it where they are made.
  std::optional<ActivationQuantization> quantization;
};

struct Node {
  std::string name;
  Op op;
  std::vector<ValueId> inputs;
  ValueId output = -1;
};

/// Values reach the disk: frozen, only append.
enum class InputKind : std::uint8_t {
  kImage = 0,    ///< one camera, see Preprocessing
  kSpeed = 1,    ///< {n}, metres per second, scaled by InputSpec::scale; n as in InputSpec::ages
  kCommand = 2,  ///< {n}, one-hot high-level command (straight, left, right, ...)
  kLight = 3,    ///< {n}, one-hot state of the traffic light ahead
};

struct InputSpec {
  std::string name;
  InputKind kind = InputKind::kImage;
  ValueId value = -1;
  Preprocessing preprocessing;  ///< kImage only
  float scale = 1;              ///< kSpeed only: the network sees speed_mps * scale
  /// kImage and kSpeed: how many observations old each frame or number is, in the order in which the network sees them
  /// (frames are stacked along channels). Empty: 0, 1, 2, ... Before an episode is that old, its first one stands in.
  std::vector<int> ages = {};
};

/// The ages of an input, spelt out: `frames` of them for an image.
std::vector<int> ages_of(const InputSpec& input);
inline constexpr int kOldestAge = 1000;

/// One named number. The network computes a normalised y; physical = low + y * (high - low).
struct OutputSpec {
  std::string name;  ///< e.g. "v", "w", "steering"; unique
  std::string unit;  ///< e.g. "m/s", "rad/s", "1"
  float low = 0, high = 1;
  ValueId value = -1;
  int element = 0;  ///< index into the flattened value
};

/// Recurrent memory: `before` is read and `after` becomes the next run's `before`; starts as zeros.
struct StateSpec {
  std::string name;
  ValueId before = -1;
  ValueId after = -1;
};

struct Network {
  std::string name;  ///< e.g. "pilotnet-torch"
  std::vector<InputSpec> inputs;
  std::vector<OutputSpec> outputs;
  std::vector<StateSpec> states;
  std::vector<Value> values;
  std::vector<Node> nodes;  ///< in an order in which they can run
  std::vector<Weight> weights;
  /// Where it comes from: "strategy", "data", "seed", "command", ... Free text, for provenance.
  std::map<std::string, std::string> metadata;
};

/// Everything that must hold before a network may be compiled, saved or believed: indices in range, each
/// value made once and before it is used, shapes that fit, finite weights, unique output names, high > low.
/// All faults in one message, each with the layer's name.
Status validate(const Network& network);

/// Shape of the op's output for these inputs; an error names what does not fit.
Result<Shape> infer_shape(const Op& op, const std::vector<Weight>& weights, const std::vector<Shape>& inputs);

/// Multiply-accumulates of one node for one frame.
std::int64_t mac_count(const Network& network, const Node& node);
std::int64_t mac_count(const Network& network);
/// Elements of all weights.
std::int64_t parameter_count(const Network& network);
/// Hash of everything that decides what the network computes (not of metadata).
std::string content_hash(const Network& network);

/// The one image input; an error if there is none or more than one.
Result<const InputSpec*> image_input(const Network& network);

}  // namespace pitlane
