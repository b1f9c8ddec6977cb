#include "test_networks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "network/lively.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/affine_chain.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/engine/reference.h"
#include "pitlane/network/families.h"

namespace pitlane::testing {
namespace {

struct LayerWeights {
  WeightId* weight = nullptr;
  WeightId* bias = nullptr;
};

LayerWeights weights_of(Node& node) {
  if (auto* conv = std::get_if<Conv2d>(&node.op)) return {&conv->weight, &conv->bias};
  if (auto* dense = std::get_if<Dense>(&node.op)) return {&dense->weight, &dense->bias};
  return {};
}

/// Folds the normalisation that PilotNets begin with into their first convolution.
Network fold_norm(Network network) {
  const auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  auto& conv = std::get<Conv2d>(network.nodes[1].op);
  const Weight& weight = network.weights[conv.weight];
  std::vector<float> pad;
  if (!(conv.padding == Padding{})) pad.assign(static_cast<std::size_t>(weight.shape[3]), 0.0F);
  const Affine affine = affine_of(network, norm);
  const FoldedLayer folded = fold(affine, decode_f32(weight), decode_f32(network.weights[conv.bias]));
  network.weights[conv.weight] = make_f32_weight(weight.name, weight.shape, folded.weights);
  network.weights[conv.bias] =
      make_f32_weight(network.weights[conv.bias].name, network.weights[conv.bias].shape, folded.bias);
  conv.pad_value = fold_padding(affine, pad);
  network.nodes[1].inputs = network.nodes[0].inputs;
  // The value stays behind, unused by anyone: keep the node, so that every value is made.
  return network;
}

void set_quantization(Value& value, const std::vector<float>& sample) {
  const auto [low, high] = std::ranges::minmax(sample);
  value.quantization = measured_quantization({std::min(0.0F, low), std::max(0.0F, high), true});
}

}  // namespace

Network pilotnet(const std::string& family) {
  FamilyOptions options;
  OutputSpec v{.name = "v", .unit = "m/s", .low = 0, .high = 10};
  OutputSpec w{.name = "w", .unit = "rad/s", .low = -3, .high = 3};
  options.outputs = {v, w};
  options.seed = 4;  // one whose answers are lively
  const Result<const Family*> found = find_family(family);
  EXPECT_TRUE(found.ok());
  Result<Network> network = (*found)->build(options);
  EXPECT_TRUE(network.ok());
  const auto& norm = std::get<BatchNorm>(network->nodes[0].op);
  const auto set = [&](WeightId id, std::vector<float> values) {
    network->weights[id] = make_f32_weight(network->weights[id].name, {3}, std::move(values));
  };
  set(norm.gamma, {1.1F, 0.9F, 1.3F});
  set(norm.beta, {0.1F, -0.2F, 0.05F});
  set(norm.mean, {0.45F, 0.4F, 0.5F});
  set(norm.variance, {0.07F, 0.05F, 0.09F});
  return with_loud_head(*std::move(network));
}

Network halved(Network network) {
  for (Node& node : network.nodes) {
    if (const LayerWeights layer = weights_of(node); layer.weight != nullptr) {
      Weight& weight = network.weights[*layer.weight];
      weight = make_f16_weight(weight.name, weight.shape, decode_f32(weight));
    }
  }
  return network;
}

Network dynamic_int8(Network network) {
  network = fold_norm(std::move(network));
  for (Node& node : network.nodes) {
    if (const LayerWeights layer = weights_of(node); layer.weight != nullptr)
      network.weights[*layer.weight] = quantize_i8(network.weights[*layer.weight]);
  }
  return network;
}

Network static_int8(const Network& network, const std::vector<std::uint8_t>& image) {
  const std::vector<std::vector<float>> inputs = {real_image(network, image)};
  const Result<ReferenceResult> floats = run_reference(network, inputs);
  EXPECT_TRUE(floats.ok());
  Network quantized = dynamic_int8(network);
  for (Node& node : quantized.nodes) {
    if (weights_of(node).weight == nullptr || input_index(quantized, node.inputs.front()) >= 0) continue;
    set_quantization(quantized.values[node.inputs.front()], floats->values[node.inputs.front()]);
  }
  return quantized;
}

std::vector<std::uint8_t> random_image(const Network& network, std::uint64_t seed) {
  Random random(seed);
  const Shape& shape = network.values[network.inputs.front().value].shape;
  std::vector<std::uint8_t> image(static_cast<std::size_t>(element_count(shape)));
  for (std::uint8_t& byte : image) byte = static_cast<std::uint8_t>(random.index(256));
  return image;
}

std::vector<std::uint8_t> dimmed(std::vector<std::uint8_t> image) {
  for (std::uint8_t& byte : image) byte = static_cast<std::uint8_t>(byte / 3);
  return image;
}

std::vector<float> real_image(const Network& network, const std::vector<std::uint8_t>& image) {
  const Preprocessing& preprocessing = network.inputs.front().preprocessing;
  std::vector<float> real;
  for (std::size_t i = 0; i < image.size(); ++i) {
    const std::size_t c = i % preprocessing.scale.size();
    real.push_back(static_cast<float>(image[i]) * preprocessing.scale[c] + preprocessing.offset[c]);
  }
  return real;
}

std::vector<float> run_once(Session& session, const std::vector<std::uint8_t>& image) {
  std::vector<std::vector<float>> outputs;
  std::vector<MutableTensorView> views;
  for (const TensorSpec& spec : session.outputs()) outputs.emplace_back(element_count(spec.shape));
  for (std::vector<float>& output : outputs) views.push_back({output.data(), output.size() * sizeof(float)});
  const TensorView in{image.data(), image.size()};
  EXPECT_EQ(session.run({&in, 1}, views), RunStatus::kOk);
  return outputs.front();
}

std::vector<float> run_engine(const Network& network, const std::vector<std::uint8_t>& image, Isa isa) {
  const auto plan = compile(network, {.isa = isa});
  EXPECT_TRUE(plan.ok()) << plan.error().message();
  if (!plan.ok()) return {};
  EXPECT_EQ((*plan)->isa(), isa);
  return run_once(*(*plan)->new_session(), image);
}

std::vector<float> run_slowly(const Network& network, const std::vector<std::uint8_t>& image) {
  const std::vector<std::vector<float>> inputs = {real_image(network, image)};
  const Result<ReferenceResult> result = run_reference(network, inputs);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result.ok() ? result->values[network.outputs.front().value] : std::vector<float>{};
}

Weight random_weight(const std::string& name, const Shape& shape, double limit, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& v : values) v = static_cast<float>(random.uniform(-limit, limit));
  return make_f32_weight(name, shape, std::move(values));
}

Preprocessing camera(int width, int height, PixelFormat format) {
  Preprocessing preprocessing;
  preprocessing.source_width = preprocessing.width = width;
  preprocessing.source_height = preprocessing.height = height;
  preprocessing.crop = {0, 0, width, height};
  preprocessing.format = format;
  preprocessing.scale.resize(static_cast<std::size_t>(channels_of(format)));
  preprocessing.offset.resize(preprocessing.scale.size());
  return preprocessing;
}

OutputSpec output_of(ValueId value) { return {.name = "y", .unit = "1", .low = 0, .high = 1, .value = value}; }

}  // namespace pitlane::testing
