// A small dataset and a small network with everything that passes care about, and the slow way to run it.
#pragma once

#include <vector>

#include "pitlane/engine/reference.h"
#include "pitlane/optimize/strategy.h"
#include "train/synthetic.h"

namespace pitlane::testing {

inline constexpr int kWidth = 20, kHeight = 12;

// Normalisation that is not the identity; ReLU instead of ELU, as PilotNet has.
inline Network bar_network(std::uint64_t seed = 1) {
  Network network = tiny_network(kWidth, kHeight, seed);
  auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  network.weights[norm.gamma] = make_f32_weight("norm.gamma", {3}, {1.5F, 0.5F, 2});
  network.weights[norm.beta] = make_f32_weight("norm.beta", {3}, {0.1F, -0.2F, 0.3F});
  network.weights[norm.mean] = make_f32_weight("norm.mean", {3}, {0.2F, 0.1F, 0.15F});
  network.weights[norm.variance] = make_f32_weight("norm.variance", {3}, {0.04F, 0.09F, 0.02F});
  std::get<Conv2d>(network.nodes[1].op).activation = Activation::kRelu;
  return network;
}

inline std::vector<float> real_picture(const Network& network, const Dataset& dataset, std::int64_t sample) {
  const Preprocessing& p = network.inputs[0].preprocessing;
  std::vector<float> image;
  std::size_t i = 0;
  for (const std::uint8_t byte : dataset.picture(sample)) {
    image.push_back(static_cast<float>(byte) * p.scale[i % 3] + p.offset[i % 3]);
    ++i;
  }
  return image;
}

// The network's outputs by the slow reference.
inline std::vector<float> slow_outputs(const Network& network, const Dataset& dataset, std::int64_t sample) {
  const std::vector<std::vector<float>> inputs = {real_picture(network, dataset, sample)};
  const auto result = run_reference(network, inputs).value();
  return result.values[static_cast<std::size_t>(network.outputs[0].value)];
}

// Mean squared difference of two networks' outputs over the first samples.
inline double difference(const Network& a, const Network& b, const Dataset& dataset, int samples = 20) {
  double sum = 0;
  std::int64_t count = 0;
  for (int s = 0; s < samples; ++s) {
    const auto x = slow_outputs(a, dataset, s), y = slow_outputs(b, dataset, s);
    for (std::size_t i = 0; i < x.size(); ++i, ++count) sum += (x[i] - y[i]) * (x[i] - y[i]);
  }
  return sum / static_cast<double>(count);
}

struct BarData {
  Dataset dataset = bar_dataset(kWidth, kHeight, 200, 5);
  Split split = tail_split(dataset);

  [[nodiscard]] StrategyContext context() const {
    StrategyContext context;
    context.dataset = &dataset;
    context.split = &split;
    // What training would do is not the point here: the weights stay.
    context.fine_tune = [](const Network& network, const FineTune&, const ProgressFn&) -> Result<Network> {
      return network;
    };
    return context;
  }
};

}  // namespace pitlane::testing
