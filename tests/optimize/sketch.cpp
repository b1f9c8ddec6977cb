#include "sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "network/lively.h"
#include "pitlane/engine/reference.h"
#include "pitlane/network/families.h"

namespace pitlane::testing {

Preprocessing camera(int width, int height, PixelFormat format) {
  Preprocessing p;
  p.source_width = p.width = width;
  p.source_height = p.height = height;
  p.crop = {0, 0, width, height};
  p.format = format;
  p.scale.resize(static_cast<std::size_t>(channels_of(format)));
  p.offset.resize(p.scale.size());
  return p;
}

Sketch::Sketch(const Preprocessing& preprocessing, std::uint64_t seed)
    : builder_("sketch"), random_(seed), image_(builder_.image("camera", preprocessing)) {}

ValueId Sketch::add(Op op, ValueId from) {
  const std::string kind = op_name(op);
  std::string name = kind == "Conv2d" ? "conv" : kind == "Dense" ? "dense" : kind == "BatchNorm" ? "norm" : "plain";
  return builder_.add(name + std::to_string(++nodes_), std::move(op), {from});
}

WeightId Sketch::uniform(const std::string& name, const Shape& shape, double limit) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& v : values) v = static_cast<float>(random_.uniform(-limit, limit));
  return builder_.weight(make_f32_weight(name, shape, std::move(values)));
}

ValueId Sketch::norm(ValueId from, const Norm& values) {
  const auto vector = [&](const char* name, const std::vector<float>& v) {
    return builder_.weight(make_f32_weight(name, {static_cast<std::int64_t>(v.size())}, v));
  };
  BatchNorm op;
  op.gamma = vector("gamma", values.gamma);
  op.beta = vector("beta", values.beta);
  op.mean = vector("mean", values.mean);
  op.variance = vector("variance", values.variance);
  return add(op, from);
}

ValueId Sketch::norm(ValueId from) {
  Norm values;
  for (std::int64_t c = 0; c < builder_.shape(from).back(); ++c) {
    values.gamma.push_back(static_cast<float>(random_.uniform(0.5, 1.5)));
    values.beta.push_back(static_cast<float>(random_.uniform(-0.3, 0.3)));
    values.mean.push_back(static_cast<float>(random_.uniform(0.2, 0.6)));
    values.variance.push_back(static_cast<float>(random_.uniform(0.03, 0.2)));
  }
  return norm(from, values);
}

ValueId Sketch::conv(ValueId from, std::int64_t channels, std::int64_t kernel, int stride, const Style& style) {
  const std::int64_t in = builder_.shape(from).back();
  const double limit = std::sqrt(6.0 / static_cast<double>(kernel * kernel * in));
  Conv2d op;
  op.stride_h = op.stride_w = stride;
  op.padding = style.padding;
  op.activation = style.activation;
  op.weight = style.weight ? *style.weight : uniform("weight", {channels, kernel, kernel, in}, limit);
  if (style.bias) op.bias = style.bias_weight ? *style.bias_weight : uniform("bias", {channels}, 0.1);
  return add(op, from);
}

ValueId Sketch::dense(ValueId from, std::int64_t features, const Style& style) {
  const std::int64_t in = element_count(builder_.shape(from));
  Dense op;
  op.activation = style.activation;
  op.weight =
      style.weight ? *style.weight : uniform("weight", {features, in}, std::sqrt(6.0 / static_cast<double>(in)));
  if (style.bias) op.bias = style.bias_weight ? *style.bias_weight : uniform("bias", {features}, 0.1);
  return add(op, from);
}

Network Sketch::finish(ValueId result) {
  const std::int64_t count = element_count(builder_.shape(result));
  for (int i = 0; i < std::min<std::int64_t>(count, 2); ++i) {
    OutputSpec output{.name = i == 0 ? "v" : "w", .unit = "1", .low = 0, .high = 1};
    output.value = result;
    output.element = i;
    builder_.output(output);
  }
  Result<Network> network = std::move(builder_).build();
  EXPECT_TRUE(network.ok()) << network.error().message();
  return *std::move(network);
}

Network small_network(std::uint64_t seed) {
  Sketch s(camera(24, 12), seed);
  ValueId x = s.norm(s.image());
  x = s.conv(x, 8, 3, 2, {.padding = {0, 0, 1, 1}});
  x = s.conv(x, 12, 3, 1, {});
  x = s.dense(s.flatten(x), 24, {});
  x = s.dense(x, 8, {});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

Network int8_network() {
  Sketch s(camera(24, 12));
  ValueId x = s.conv(s.image(), 8, 3, 2, {});
  x = s.conv(x, 12, 3, 1, {});
  x = s.dense(s.flatten(x), 64, {});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

Network network_of_large_layers() {
  Sketch s(camera(24, 12));
  const ValueId x = s.dense(s.dense(s.image(), 80, {}), 820, {});
  return s.finish(s.dense(x, 2, {.activation = Activation::kNone}));
}

Network lively_pilotnet(const std::string& family) {
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 0, 10, -1, 0}, {"w", "rad/s", -3, 3, -1, 0}};
  options.seed = 3;
  Network network = find_family(family).value()->build(options).value();
  const auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  const auto set = [&](WeightId id, std::vector<float> values) {
    network.weights[id] = make_f32_weight(network.weights[id].name, {3}, std::move(values));
  };
  set(norm.gamma, {1.1F, -0.9F, 1.3F});
  set(norm.beta, {0.1F, -0.2F, 0.05F});
  set(norm.mean, {0.45F, 0.4F, 0.5F});
  set(norm.variance, {0.07F, 0.05F, 0.09F});
  return with_loud_head(std::move(network));
}

const Node& node_named(const Network& network, const std::string& name) {
  const auto found = std::ranges::find(network.nodes, name, &Node::name);
  PITLANE_CHECK(found != network.nodes.end());
  return *found;
}

const Weight& weight_of(const Network& network, const std::string& node) {
  const Op& op = node_named(network, node).op;
  if (const auto* conv = std::get_if<Conv2d>(&op)) return network.weights[conv->weight];
  return network.weights[std::get<Dense>(op).weight];
}

const Weight& bias_of(const Network& network, const std::string& node) {
  const Op& op = node_named(network, node).op;
  if (const auto* conv = std::get_if<Conv2d>(&op)) return network.weights[conv->bias];
  return network.weights[std::get<Dense>(op).bias];
}

std::vector<std::uint8_t> random_picture(const Network& network, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint8_t> picture(
      static_cast<std::size_t>(element_count(network.values[network.inputs[0].value].shape)));
  for (std::uint8_t& byte : picture) byte = static_cast<std::uint8_t>(random.index(256));
  return picture;
}

std::vector<std::vector<float>> reference_values(const Network& network, std::span<const std::uint8_t> picture) {
  const Preprocessing& p = network.inputs[0].preprocessing;
  std::vector<std::vector<float>> inputs(1);
  for (std::size_t i = 0; i < picture.size(); ++i)
    inputs[0].push_back(static_cast<float>(picture[i]) * p.scale[i % p.scale.size()] + p.offset[i % p.scale.size()]);
  Result<ReferenceResult> result = run_reference(network, inputs);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result->values;
}

std::vector<float> reference_answer(const Network& network, std::span<const std::uint8_t> picture) {
  return reference_values(network, picture)[network.outputs[0].value];
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

}  // namespace pitlane::testing
