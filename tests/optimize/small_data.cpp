#include "small_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "pitlane/core/random.h"
#include "pitlane/data/sample_inputs.h"
#include "pitlane/driver/preprocess.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/smallest_weights.h"
#include "pitlane/optimize/layers.h"

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
  d.channels = static_cast<int>(shape[2]) / network.inputs[0].preprocessing.frames;
  const SampleNeeds needs = needs_of(network);
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
    if (needs.speed) d.speed_mps.push_back(static_cast<float>(random.uniform(2, 12)));
    if (needs.command) d.command.push_back(static_cast<int>(random.index(4)));
    if (needs.history) d.drive.push_back(0);
  }
  hash_dataset(d);
  return d;
}

SmallData::SmallData(const Network& network, int samples) : dataset(bar_pictures(network, samples)) {
  for (std::int64_t i = 0; i < dataset.size(); ++i)
    (i < dataset.size() * 3 / 4 ? split.train : split.validation).push_back(i);
  context.dataset = &dataset;
  context.split = &split;
  context.fine_tune = [this](const Network& given, const FineTuning& wanted, const ProgressFn& /*progress*/) {
    Network start = given;
    if (wanted.pruning)
      for (const WeightId id : wanted.pruning->weights) {
        Weight& weight = start.weights[id];
        std::vector<float> values = decode_f32(weight);
        zero_smallest(values, zeros_at(wanted.pruning->to, values.size()));
        weight = make_f32_weight(weight.name, weight.shape, std::move(values));
      }
    return Result<Network>(nudge_weights(start, context.seed, wanted.keep_shared));
  };
  context.seen_by = [this](const Network& given, const ProgressFn& /*progress*/) {
    return Result<const Dataset*>(&seen_by(given));
  };
  context.importance = [](const Network& given, const ProgressFn& /*progress*/) {
    std::vector<std::vector<double>> importance(given.nodes.size());
    for (const Layer& layer : weighted_layers(given)) {
      const std::vector<float> values = decode_f32(given.weights[layer.weight]);
      importance[layer.node].resize(static_cast<std::size_t>(given.weights[layer.weight].shape[0]));
      const std::size_t row = values.size() / importance[layer.node].size();
      for (std::size_t i = 0; i < values.size(); ++i) importance[layer.node][i / row] += std::abs(values[i]);
    }
    return Result<std::vector<std::vector<double>>>(importance);
  };
}

const Dataset& SmallData::seen_by(const Network& network) const {
  const Preprocessing& p = network.inputs[0].preprocessing;
  if (p.width == dataset.width && p.height == dataset.height && channels_of(p.format) == dataset.channels)
    return dataset;
  auto resizer = FrameResizer::create(p);
  EXPECT_TRUE(resizer.ok()) << resizer.error().message();
  Dataset& seen = seen_.emplace_back(dataset);
  seen.width = p.width;
  seen.height = p.height;
  seen.channels = channels_of(p.format);
  seen.pictures.resize(static_cast<std::size_t>(seen.size()) * seen.picture_bytes());
  for (std::int64_t i = 0; i < seen.size(); ++i) {
    const ImageView frame{dataset.picture(i).data(), dataset.width, dataset.height, std::ptrdiff_t{3} * dataset.width,
                          PixelFormat::kRgb};
    EXPECT_TRUE(resizer->run(
        frame,
        std::span(seen.pictures).subspan(static_cast<std::size_t>(i) * seen.picture_bytes(), seen.picture_bytes())));
  }
  hash_dataset(seen);
  return seen;
}

std::vector<std::vector<float>> engine_answers(const Network& network, const Dataset& dataset,
                                               const std::vector<std::int64_t>& samples) {
  const auto plan = compile(network);
  EXPECT_TRUE(plan.ok()) << plan.error().message();
  const Result<SampleInputs> inputs = SampleInputs::create(network, dataset);
  EXPECT_TRUE(inputs.ok()) << inputs.error().message();
  SampleFeed feed(*inputs);
  const std::unique_ptr<Session> session = (*plan)->new_session();
  const Shape& shape = network.values[network.outputs[0].value].shape;
  std::vector<std::vector<float>> answers;
  for (const std::int64_t sample : samples) {
    std::vector<TensorView> views;
    for (const auto& bytes : feed.show(sample)) views.push_back({bytes.data(), bytes.size()});
    std::vector<float>& answer = answers.emplace_back(static_cast<std::size_t>(element_count(shape)));
    const MutableTensorView output{answer.data(), answer.size() * sizeof(float)};
    EXPECT_EQ(session->run(views, {&output, 1}), RunStatus::kOk);
  }
  return answers;
}

Network nudge_weights(const Network& network, std::uint64_t seed, bool keep_shared) {
  Network nudged = network;
  Random random(seed);
  for (Weight& weight : nudged.weights) {
    if (weight.shape.size() < 2) continue;
    std::vector<float> values = decode_f32(weight);
    std::map<float, float> nudged_values;
    for (float& v : values) {
      const auto nudged_v = v * static_cast<float>(1 + random.uniform(-1e-3, 1e-3));
      v = keep_shared ? nudged_values.try_emplace(v, nudged_v).first->second : nudged_v;
    }
    weight = make_f32_weight(weight.name, weight.shape, std::move(values));
  }
  return nudged;
}

}  // namespace pitlane::testing
