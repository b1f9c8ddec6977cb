#include "formats/onnx/samples.h"

#include <cmath>
#include <utility>

#include "pitlane/network/builder.h"
#include "pitlane/network/families.h"

namespace pitlane {
namespace {

class Sketch {
 public:
  explicit Sketch(const std::string& name) : builder_(name) {}

  ValueId camera(int height, int width) {
    Preprocessing p;
    p.width = width;
    p.height = height;
    p.source_width = p.crop.width = 64;
    p.source_height = 48;
    p.crop = {0, 10, 64, 38};
    p.scale = {1 / 255.F, 1 / 128.F, 1 / 200.F};
    p.offset = {0, -1, 0.25F};
    return builder_.image("camera", p);
  }

  WeightId uniform(const std::string& name, Shape shape, float low, float high) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) {
      state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
      v = low + (high - low) * static_cast<float>(state_ >> 40) / static_cast<float>(1 << 24);
    }
    return builder_.weight(make_f32_weight(name, std::move(shape), std::move(values)));
  }

  ValueId conv(const std::string& name, ValueId x, std::int64_t outputs, std::int64_t kernel, Conv2d op) {
    const std::int64_t inputs = builder_.shape(x).back() / op.groups;
    op.weight = uniform(name + ".weight", {outputs, kernel, kernel, inputs}, -0.4F, 0.4F);
    op.bias = uniform(name + ".bias", {outputs}, -0.2F, 0.2F);
    return builder_.add(name, op, {x});
  }

  ValueId dense(const std::string& name, ValueId x, std::int64_t outputs, Activation activation) {
    const std::int64_t inputs = element_count(builder_.shape(x));
    const float limit = 1 / std::sqrt(static_cast<float>(inputs));
    Dense op{uniform(name + ".weight", {outputs, inputs}, -limit, limit),
             uniform(name + ".bias", {outputs}, -0.2F, 0.2F), activation};
    return builder_.add(name, op, {x});
  }

  ValueId norm(const std::string& name, ValueId x) {
    const std::int64_t c = builder_.shape(x).back();
    BatchNorm op{uniform(name + ".gamma", {c}, 0.5F, 1.5F), uniform(name + ".beta", {c}, -0.5F, 0.5F),
                 uniform(name + ".mean", {c}, -0.3F, 0.3F), uniform(name + ".variance", {c}, 0.5F, 2)};
    return builder_.add(name, op, {x});
  }

  NetworkBuilder& builder() { return builder_; }

  Result<Network> finish(ValueId y) {
    builder_.output({"v", "m/s", 6.5F, 24, y, 0});
    builder_.output({"w", "rad/s", -7.1F, 7.1F, y, 1});
    return std::move(builder_).build();
  }

 private:
  NetworkBuilder builder_;
  std::uint64_t state_ = 7;
};

Conv2d strided(int stride, Padding padding, Activation activation, int groups = 1) {
  Conv2d op;
  op.stride_h = op.stride_w = stride;
  op.padding = padding;
  op.activation = activation;
  op.groups = groups;
  return op;
}

ValueId pools(NetworkBuilder& b, ValueId x) {
  const ValueId largest = b.add("largest", Pool2d{PoolKind::kMax, 3, 2, 2, 2, {1, 0, 1, 1}}, {x});
  const ValueId mean = b.add("mean", Pool2d{PoolKind::kAverage, 3, 2, 2, 2, {1, 0, 1, 1}}, {x});
  const ValueId both = b.add("both", Concat{}, {largest, mean});
  const Shape& s = b.shape(both);
  return b.add("part", Slice{{1, 0, 2}, {s[0], s[1], s[2] - 1}}, {both});
}

Result<Network> every_op() {
  Sketch s("every-op");
  NetworkBuilder& b = s.builder();
  const ValueId camera = s.camera(17, 23);
  const ValueId speed = b.vector("speed", InputKind::kSpeed, 1, 0.12F);
  const ValueId command = b.vector("command", InputKind::kCommand, 4);
  ValueId x = s.norm("norm", camera);
  Conv2d bordered = strided(2, {1, 2, 1, 0}, Activation::kElu);
  bordered.pad_value = {0.5F, -0.25F, 1};
  x = s.conv("conv1", x, 6, 3, bordered);
  x = s.conv("depthwise", x, 6, 3, strided(1, {1, 1, 1, 1}, Activation::kRelu6, 6));
  x = b.add("padded", Pad{{1, 0, 2, 1}, 0.5F}, {x});
  x = pools(b, x);
  const ValueId gate = b.add("gate", Activate{Activation::kHardSigmoid, 0.25F},
                             {s.dense("gates", command, b.shape(x).back(), Activation::kTanh)});
  x = b.add("gated", Multiply{}, {x, gate});
  const Shape picture = b.shape(x);
  const ValueId plane = b.add("plane", Expand{static_cast<int>(picture[0]), static_cast<int>(picture[1])}, {speed});
  x = b.add("with_plane", Concat{}, {x, plane});
  x = s.conv("pointwise", x, 4, 1, strided(1, {}, Activation::kLeakyRelu));
  x = b.add("twice", Add{}, {x, x});
  x = b.add("sharp", Softmax{}, {x});
  const ValueId rows = b.add("rows", Reshape{{picture[0], picture[1] * 4}}, {x});
  x = b.add("flat", Flatten{}, {s.norm("rows_norm", rows)});
  const ValueId again = b.add("again", Reshape{{picture[0], picture[1], 4}}, {rows});
  const ValueId bent = b.add("bent", Activate{Activation::kElu, 0.7F}, {b.add("flat2", Flatten{}, {again})});
  const ValueId straight = s.dense("straight", bent, 5, Activation::kSigmoid);
  x = b.add("features", Concat{}, {x, speed, straight});
  return s.finish(s.dense("head", x, 2, Activation::kNone));
}

Result<Network> small(const std::string& name) {
  Sketch s(name);
  NetworkBuilder& b = s.builder();
  ValueId x = s.camera(21, 30);
  x = s.conv("conv1", x, 8, 5, strided(2, {}, Activation::kRelu));
  x = s.conv("conv2", x, 12, 3, strided(2, {1, 1, 1, 1}, Activation::kElu));
  x = b.add("flat", Flatten{}, {x});
  x = s.dense("dense1", x, 20, Activation::kRelu);
  return s.finish(s.dense("head", x, 2, Activation::kNone));
}

Result<Network> int8(const std::string& name, bool fixed) {
  PITLANE_TRY(Network network, small(name));
  const char* const layers[] = {"conv1", "conv2", "dense1"};
  // Ranges of what these layers read, from the ranges of camera and weights.
  const ActivationQuantization grids[] = {{2.3F / 255, 111}, {1.5F / 255, 0}, {1.7F / 255, 90}};
  for (std::size_t i = 0; i < 3; ++i)
    for (const Node& node : network.nodes) {
      if (node.name != layers[i]) continue;
      const auto* conv = std::get_if<Conv2d>(&node.op);
      Weight& weight =
          network.weights[static_cast<std::size_t>(conv != nullptr ? conv->weight : std::get<Dense>(node.op).weight)];
      weight = quantize_i8(weight);
      if (fixed) network.values[static_cast<std::size_t>(node.inputs.front())].quantization = grids[i];
    }
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

/// Values on grids that int8 layers and others read, that are outputs, and that are remembered.
Result<Network> residual() {
  Sketch s("residual-int8");
  NetworkBuilder& b = s.builder();
  const ValueId camera = s.camera(21, 30);
  const ValueId x = s.conv("conv1", camera, 8, 5, strided(2, {}, Activation::kRelu));
  const ValueId y = s.conv("conv2", x, 8, 3, strided(1, {1, 1, 1, 1}, Activation::kNone));
  const ValueId sum = b.add("sum", Add{}, {x, y});
  const ValueId memory = b.state("memory", {2});
  const ValueId head = s.dense("head", b.add("flat", Flatten{}, {sum}), 2, Activation::kNone);
  const ValueId total = b.add("total", Add{}, {head, memory});
  b.remember(memory, total);
  PITLANE_TRY(Network network, s.finish(total));
  const std::pair<ValueId, ActivationQuantization> grids[] = {
      {camera, {2.3F / 255, 111}}, {x, {1.5F / 255, 0}}, {sum, {4.F / 255, 100}}, {total, {4.F / 255, 128}}};
  for (const auto& [value, grid] : grids) network.values[static_cast<std::size_t>(value)].quantization = grid;
  for (const Node& node : network.nodes)
    if (const auto* conv = std::get_if<Conv2d>(&node.op)) {
      Weight& weight = network.weights[static_cast<std::size_t>(conv->weight)];
      weight = quantize_i8(weight);
    }
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

Result<Network> half() {
  PITLANE_TRY(Network network, small("half"));
  for (Weight& weight : network.weights)
    if (weight.shape.size() > 1) weight = make_f16_weight(weight.name, weight.shape, decode_f32(weight));
  return network;
}

Result<Network> states() {
  Sketch s("states");
  NetworkBuilder& b = s.builder();
  const ValueId camera = s.camera(9, 13);
  ValueId x = s.conv("conv", camera, 3, 3, strided(2, {}, Activation::kTanh));
  const ValueId before = b.state("map", b.shape(x));
  const ValueId after = b.add("mixed", Add{}, {x, b.add("kept", Activate{Activation::kSigmoid}, {before})});
  b.remember(before, after);
  const ValueId memory = b.state("memory", {5});
  const ValueId flat = b.add("flat", Flatten{}, {after});
  const ValueId next = s.dense("next", b.add("all", Concat{}, {flat, memory}), 5, Activation::kTanh);
  b.remember(memory, next);
  return s.finish(s.dense("head", next, 2, Activation::kNone));
}

}  // namespace

std::vector<std::string> sample_names() {
  return {"pilotnet-torch", "pilotnet-tf",   "every-op", "states", "static-int8",
          "dynamic-int8",   "residual-int8", "half",     "float"};
}

Result<Network> sample_network(const std::string& name) {
  if (name == "every-op") return every_op();
  if (name == "states") return states();
  if (name == "static-int8") return int8(name, true);
  if (name == "dynamic-int8") return int8(name, false);
  if (name == "residual-int8") return residual();
  if (name == "half") return half();
  if (name == "float") return small(name);
  PITLANE_TRY(const Family* family, find_family(name));
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 6.5F, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
  return family->build(options);
}

}  // namespace pitlane
