#include "small_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"

namespace pitlane::testing {
namespace {

std::uint8_t pixel(int x, int y, int bar, Random& random) {
  const int ground = 40 + 3 * y + static_cast<int>(random.index(12));
  const int light = std::abs(x - bar) <= 1 ? 130 : 0;
  return static_cast<std::uint8_t>(std::min(255, ground + light));
}

}  // namespace

Dataset bar_pictures(const Network& network, int samples, std::uint64_t seed) {
  const Shape& shape = network.values[network.inputs[0].value].shape;
  Dataset d;
  d.height = static_cast<int>(shape[0]);
  d.width = static_cast<int>(shape[1]);
  d.channels = static_cast<int>(shape[2]);
  d.outputs = network.outputs;
  Random random(seed);
  for (int s = 0; s < samples; ++s) {
    const auto bar = static_cast<int>(random.index(static_cast<std::size_t>(d.width)));
    for (int y = 0; y < d.height; ++y)
      for (int x = 0; x < d.width; ++x)
        for (int c = 0; c < d.channels; ++c) d.pictures.push_back(pixel(x, y, bar + c, random));
    for (std::size_t o = 0; o < d.outputs.size(); ++o)
      d.labels.push_back((static_cast<float>(bar) + 0.5F) / static_cast<float>(d.width));
    d.session.push_back(0);
    d.row.push_back(s);
    d.side_camera.push_back(0);
  }
  hash_dataset(d);
  return d;
}

SmallData::SmallData(const Network& network, int samples) : dataset(bar_pictures(network, samples)) {
  for (std::int64_t i = 0; i < dataset.size(); ++i)
    (i < dataset.size() * 3 / 4 ? split.train : split.validation).push_back(i);
  context.dataset = &dataset;
  context.split = &split;
  context.fine_tune = [this](const Network& given, const FineTune& /*pass*/, const ProgressFn& /*progress*/) {
    return Result<Network>(nudge_weights(given, context.seed));
  };
}

std::vector<std::vector<float>> engine_answers(const Network& network, const Dataset& dataset,
                                               const std::vector<std::int64_t>& samples) {
  const auto plan = compile(network);
  EXPECT_TRUE(plan.ok()) << plan.error().message();
  const std::unique_ptr<Session> session = (*plan)->new_session();
  const Shape& shape = network.values[network.outputs[0].value].shape;
  std::vector<std::vector<float>> answers;
  for (const std::int64_t sample : samples) {
    const auto picture = dataset.picture(sample);
    std::vector<float>& answer = answers.emplace_back(static_cast<std::size_t>(element_count(shape)));
    const TensorView input{picture.data(), picture.size()};
    const MutableTensorView output{answer.data(), answer.size() * sizeof(float)};
    EXPECT_EQ(session->run({&input, 1}, {&output, 1}), RunStatus::kOk);
  }
  return answers;
}

Network nudge_weights(const Network& network, std::uint64_t seed) {
  Network nudged = network;
  Random random(seed);
  for (Weight& weight : nudged.weights) {
    if (weight.shape.size() < 2) continue;
    std::vector<float> values = decode_f32(weight);
    for (float& v : values) v *= static_cast<float>(1 + random.uniform(-1e-3, 1e-3));
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return nudged;
}

}  // namespace pitlane::testing
