#include "bench_networks.h"

#include <algorithm>
#include <cmath>

#include "network/lively.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/quantization.h"
#include "pitlane/engine/reference.h"
#include "pitlane/network/families.h"

namespace pitlane::bench {
namespace {

WeightId* weight_of(Node& node) {
  if (auto* conv = std::get_if<Conv2d>(&node.op)) return &conv->weight;
  if (auto* dense = std::get_if<Dense>(&node.op)) return &dense->weight;
  return nullptr;
}

template <typename Change>
Network with_weights(Network network, const Change& change) {
  for (Node& node : network.nodes)
    if (const WeightId* id = weight_of(node)) network.weights[*id] = change(network.weights[*id]);
  return network;
}

/// A fresh network's normalisation does nothing; without it the int8 network begins with its convolution, as
/// every tuned one does.
Network without_norm(Network network) {
  network.nodes[1].inputs = network.nodes[0].inputs;
  return network;
}

std::vector<float> real_image(const std::vector<std::uint8_t>& image) {
  std::vector<float> real;
  for (const std::uint8_t byte : image) real.push_back(static_cast<float>(byte) * (1 / 255.F));
  return real;
}

Result<BenchNetwork> finish(std::string name, Network network, const std::vector<std::uint8_t>& image) {
  const std::vector<std::vector<float>> inputs = {real_image(image)};
  PITLANE_TRY(ReferenceResult result, run_reference(network, inputs));
  std::vector<float> answer = result.values[network.outputs.front().value];
  return BenchNetwork{std::move(name), std::move(network), image, std::move(answer)};
}

/// An error unless the answer depends on the picture; else the check of answers would overlook wrong layers.
Status check_lively(const Network& network, const std::vector<std::uint8_t>& image) {
  std::vector<std::uint8_t> dim;
  for (const std::uint8_t byte : image) dim.push_back(static_cast<std::uint8_t>(byte / 3));
  PITLANE_TRY(const BenchNetwork bright, finish("bright", network, image));
  PITLANE_TRY(const BenchNetwork dark, finish("dark", network, dim));
  if (testing::lively({bright.answer, dark.answer})) return {};
  return numeric_error(network.name + " hardly depends on the picture; take another seed");
}

/// Four of five weights of dense layers become zero.
Weight mostly_zeros(const Weight& weight) {
  if (weight.shape.size() != 2) return weight;
  Random random(7);
  std::vector<std::int8_t> values(weight.i8().begin(), weight.i8().end());
  for (std::int8_t& value : values)
    if (random.index(5) != 0) value = 0;
  return make_i8_weight(weight.name, weight.shape, std::move(values), weight.scales);
}

/// Weights of dense layers are among fifteen values, as those of four bits are.
Weight of_few_values(const Weight& weight) {
  if (weight.shape.size() != 2) return weight;
  std::vector<std::int8_t> values(weight.i8().begin(), weight.i8().end());
  for (std::int8_t& value : values) value = static_cast<std::int8_t>(value / 16 * 16);
  return make_i8_weight(weight.name, weight.shape, std::move(values), weight.scales);
}

Result<Network> calibrated(const Network& floats, Network quantized, const std::vector<std::uint8_t>& image) {
  const std::vector<std::vector<float>> inputs = {real_image(image)};
  PITLANE_TRY(const ReferenceResult result, run_reference(floats, inputs));
  for (Node& node : quantized.nodes) {
    const ValueId input = node.inputs.front();
    if (weight_of(node) == nullptr || input_index(quantized, input) >= 0) continue;
    const auto [low, high] = std::ranges::minmax(result.values[input]);
    quantized.values[input].quantization = measured_quantization({std::min(0.0F, low), std::max(0.0F, high), true});
  }
  return quantized;
}

}  // namespace

Result<std::vector<BenchNetwork>> bench_networks(const std::string& family) {
  FamilyOptions options;
  options.outputs = {{.name = "v", .unit = "m/s"}, {.name = "w", .unit = "rad/s"}};
  options.seed = 4;  // one whose answers are lively
  PITLANE_TRY(const Family* found, find_family(family));
  PITLANE_TRY(Network fresh, found->build(options));
  const Network network = testing::with_loud_head(std::move(fresh));
  Random random(1);
  std::vector<std::uint8_t> image(static_cast<std::size_t>(element_count({66, 200, 3})));
  for (std::uint8_t& byte : image) byte = static_cast<std::uint8_t>(random.index(256));
  PITLANE_TRY_STATUS(check_lively(network, image));

  const Network half =
      with_weights(network, [](const Weight& w) { return make_f16_weight(w.name, w.shape, decode_f32(w)); });
  const Network narrow =
      with_weights(network, [](const Weight& w) { return make_bf16_weight(w.name, w.shape, decode_f32(w)); });
  const Network dynamic = with_weights(without_norm(network), [](const Weight& w) { return quantize_i8(w); });
  PITLANE_TRY(Network fixed, calibrated(network, dynamic, image));
  PITLANE_TRY(Network pruned, calibrated(network, with_weights(fixed, mostly_zeros), image));
  PITLANE_TRY(Network few, calibrated(network, with_weights(fixed, of_few_values), image));
  std::vector<BenchNetwork> all;
  for (auto& [name, made] : {std::pair{"fp32", network},
                             {"fp16", half},
                             {"bf16", narrow},
                             {"int8-dynamic", dynamic},
                             {"int8-static", fixed},
                             {"int8-pruned", pruned},
                             {"int8-few-values", few}}) {
    PITLANE_TRY(BenchNetwork sample, finish(family + "/" + name, made, image));
    all.push_back(std::move(sample));
  }
  return all;
}

Status check_answer(const BenchNetwork& sample, const Plan& plan) {
  std::vector<float> got(sample.answer.size());
  const TensorView in{sample.image.data(), sample.image.size()};
  const MutableTensorView out{got.data(), got.size() * sizeof(float)};
  const RunStatus status = plan.new_session()->run({&in, 1}, {&out, 1});
  if (status != RunStatus::kOk) return numeric_error(sample.name + ": " + to_string(status));
  // A sum that falls to the other side of a tie changes an input of the next layer by a bfloat16's last place, and
  // layers with random weights spread that: levels differ by as much as rounding to bfloat16 itself.
  const bool narrow = sample.name.find("bf16") != std::string::npos;
  const float bound = sample.name.find("int8") != std::string::npos ? 0.0F : narrow ? 2e-2F : 2e-5F;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::abs(got[i] - sample.answer[i]) <= bound))
      return numeric_error(sample.name + ": output " + std::to_string(i) + " is " + std::to_string(got[i]) +
                           ", the reference says " + std::to_string(sample.answer[i]));
  return {};
}

}  // namespace pitlane::bench
