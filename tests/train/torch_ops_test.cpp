// Training of networks of every operator: the forward pass against the reference, gradients against finite differences.
#include "pitlane/train/torch_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/engine/reference.h"
#include "pitlane/network/activation_range.h"
#include "pitlane/network/int8_rounding.h"
#include "pitlane/network/recurrent.h"
#include "pitlane/train/batches.h"
#include "pitlane/train/constraints.h"
#include "pitlane/train/trainer.h"
#include "synthetic.h"

namespace pitlane {
namespace {

// Smooth, so that differences tell its gradient: groups, pooling of both kinds, shared layers, gates, speed and
// command.
class EveryOp {
 public:
  explicit EveryOp(std::uint64_t seed) : random_(seed) {}

  Network build() {
    Preprocessing p = testing::tiny_preprocessing(10, 8);
    p.frames = 2;
    const ValueId picture = builder_.image("camera", p, {1, 0});
    const ValueId speed = builder_.vector("speed", InputKind::kSpeed, 2, 0.1F, {1, 0});
    const ValueId command = builder_.vector("command", InputKind::kCommand, 4);
    std::vector<ValueId> features;
    const Conv2d shared = conv("shared", 6, 3, 3, 1, Activation::kTanh);
    for (std::int64_t t = 0; t < 2; ++t) {
      const std::string n = std::to_string(t);
      const ValueId frame = add("frame" + n, Slice{{0, 0, 3 * t}, {8, 10, 3 * t + 3}}, {picture});
      features.push_back(add("shared" + n, shared, {add("pad" + n, Pad{{1, 0, 2, 1}, 0.25F}, {frame})}));
    }
    return finish(mix(features, speed, command), speed);
  }

 private:
  ValueId add(const std::string& name, Op op, std::vector<ValueId> inputs) {
    return builder_.add(name, std::move(op), std::move(inputs));
  }

  WeightId weight(const std::string& name, const Shape& shape, double low, double high) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = static_cast<float>(random_.uniform(low, high));
    return builder_.weight(make_f32_weight(name, shape, std::move(values)));
  }

  Conv2d conv(const std::string& name, std::int64_t out, std::int64_t in, std::int64_t kernel, int groups,
              Activation activation) {
    Conv2d op;
    op.groups = groups;
    op.activation = activation;
    op.weight = weight(name + ".weight", {out, kernel, kernel, in / groups}, -0.4, 0.4);
    op.bias = weight(name + ".bias", {out}, -0.2, 0.2);
    return op;
  }

  Dense dense(const std::string& name, std::int64_t out, std::int64_t in, Activation activation) {
    Dense op;
    op.activation = activation;
    op.weight = weight(name + ".weight", {out, in}, -0.3, 0.3);
    op.bias = weight(name + ".bias", {out}, -0.2, 0.2);
    return op;
  }

  ValueId mix(const std::vector<ValueId>& features, ValueId speed, ValueId command) {
    ValueId x = add("sum", Add{}, {features[0], features[1]});
    x = add("gated", Multiply{}, {x, add("gate", dense("gate", 6, 4, Activation::kSigmoid), {command})});
    const Shape shape = builder_.shape(x);
    const ValueId last = add("last_speed", Slice{{1}, {2}}, {speed});
    const Expand plane{static_cast<int>(shape[0]), static_cast<int>(shape[1])};
    x = add("joined", Concat{}, {x, add("plane", plane, {last}), features[1], add("plane2", plane, {last})});
    x = add("grouped", conv("grouped", 4, 14, 2, 2, Activation::kNone), {x});
    x = add("scaled", Multiply{}, {x, last});  // one number
    Conv2d padded = conv("padded", 3, 4, 3, 1, Activation::kElu);
    padded.padding = {0, 1, 1, 2};
    padded.pad_value = {0.5F, -0.25F, 0.125F, 1};
    x = add("padded", padded, {x});
    const ValueId mean = add("mean", Pool2d{PoolKind::kAverage, 3, 2, 2, 1, {1, 0, 2, 1}}, {x});
    const ValueId largest = add("largest", Pool2d{PoolKind::kMax, 3, 2, 2, 1, {1, 0, 2, 1}}, {x});
    x = add("both", Concat{}, {mean, largest});
    const Shape pooled = builder_.shape(x);
    x = add("columns", Reshape{{pooled[0] * pooled[1] / 2, 2, pooled[2]}}, {x});
    return add("shares", Softmax{}, {x});
  }

  Network finish(ValueId x, ValueId speed) {
    x = add("flat", Flatten{}, {x});
    LstmCell cell{
        dense("lstm", 12, builder_.shape(x)[0], Activation::kNone), dense("again", 12, 3, Activation::kNone), {}};
    LstmState state = add_lstm_step(builder_, "lstm0", cell, x, {});
    state = add_lstm_step(builder_, "lstm1", cell, x, state);
    x = add("beside", Concat{}, {state.hidden, speed});
    x = add("rows", Reshape{{1, 5}}, {x});
    x = add("head", dense("head", 2, 5, Activation::kHardSigmoid), {x});
    int element = 0;
    for (OutputSpec output : testing::tiny_outputs()) {
      output.value = x;
      output.element = element++;
      builder_.output(output);
    }
    return std::move(builder_).build().value();
  }

  NetworkBuilder builder_{"every-op"};
  Random random_;
};

BatchBuffer batch_of(const Network& network, const Dataset& dataset) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < dataset.size(); ++i) all.push_back(i);
  return plain_batch(SampleInputs::create(network, dataset).value(), all);
}

// Planes of one sample of a batch back to {H, W, C}.
std::vector<float> interleaved(const BatchBuffer& batch, std::size_t sample, const Shape& shape) {
  const auto size = static_cast<std::size_t>(element_count(shape));
  const auto channels = static_cast<std::size_t>(shape[2]), pixels = size / channels;
  std::vector<float> out(size);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t p = 0; p < pixels; ++p) out[p * channels + c] = batch.pictures[sample * size + c * pixels + p];
  return out;
}

/// All values of one sample of a batch of six.
std::vector<std::vector<float>> reference_of(const Network& network, const BatchBuffer& batch, std::size_t sample) {
  std::vector<std::vector<float>> inputs = {interleaved(batch, sample, network.values[0].shape)};
  for (std::size_t k = 1; k < 3; ++k) {
    const std::size_t size = batch.numbers[k].size() / 6;
    const auto* begin = batch.numbers[k].data() + sample * size;
    inputs.emplace_back(begin, begin + size);
  }
  return run_reference(network, inputs).value().values;
}

TEST(EveryOperator, LibTorchAgreesWithTheReference) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Network network = EveryOp(seed).build();
    const Dataset dataset = testing::noise_for(network, 6, seed);
    const BatchBuffer batch = batch_of(network, dataset);
    const std::vector<float> torch = make_torch_model(network, {}).value()->predict(batch.view()).value();
    for (std::size_t s = 0; s < 6; ++s) {
      const auto values = reference_of(network, batch, s);
      for (std::size_t k = 0; k < 2; ++k)
        EXPECT_NEAR(torch[2 * s + k], values[static_cast<std::size_t>(network.outputs[k].value)][k], 1e-5) << seed;
    }
  }
}

/// Every value on a grid over what it is on the batch.
void put_on_grids(Network& network, const BatchBuffer& batch) {
  std::vector<ActivationRange> ranges(network.values.size());
  for (std::size_t s = 0; s < 6; ++s) {
    const auto values = reference_of(network, batch, s);
    for (std::size_t v = 0; v < values.size(); ++v)
      for (const float x : values[v]) ranges[v].include(x);
  }
  for (std::size_t v = 0; v < ranges.size(); ++v) network.values[v].quantization = quantization_of(ranges[v]);
  for (const Node& node : network.nodes)
    if (std::holds_alternative<Flatten>(node.op) || std::holds_alternative<Reshape>(node.op))
      network.values[static_cast<std::size_t>(node.output)].quantization =
          network.values[static_cast<std::size_t>(node.inputs[0])].quantization;
}

// Frames, speed and command through every operator: where a number lies between two steps the two may part by one,
// which the layers behind it carry on, but most answers are the same step.
TEST(EveryOperator, SimulatedInt8AgreesWithTheReference) {
  int same = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Network network = EveryOp(seed).build();
    const Dataset dataset = testing::noise_for(network, 6, seed);
    const BatchBuffer batch = batch_of(network, dataset);
    put_on_grids(network, batch);
    SimulatedInt8 int8(network.weights.size());
    Network engine = network;
    for (const WeightId id : layer_weights(network)) {
      int8[static_cast<std::size_t>(id)] = I8Scales::kPerChannel;
      engine.weights[static_cast<std::size_t>(id)] = quantize_i8(network.weights[static_cast<std::size_t>(id)]);
    }
    const std::vector<float> torch = make_torch_model(network, {.int8 = int8}).value()->predict(batch.view()).value();
    for (std::size_t s = 0; s < 6; ++s) {
      const auto values = reference_of(engine, batch, s);
      for (std::size_t k = 0; k < 2; ++k) {
        const auto output = static_cast<std::size_t>(network.outputs[k].value);
        const float step = network.values[output].quantization->scale;
        EXPECT_NEAR(torch[2 * s + k], values[output][k], 4.01F * step) << seed;
        same += std::abs(torch[2 * s + k] - values[output][k]) < 0.01F * step ? 1 : 0;
        ++all;
      }
    }
  }
  EXPECT_GE(same, all * 2 / 3);
}

double loss_with(const Network& network, const BatchBuffer& batch, WeightId weight, std::size_t element, float value) {
  const auto model = make_torch_model(network, {}).value();
  model->weights()[static_cast<std::size_t>(weight)][element] = value;
  const std::vector<float> y = model->predict(batch.view()).value();
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    sum += std::pow(static_cast<double>(y[i]) - batch.labels[i], 2) * (i % 2 == 0 ? 1 : 5);
  return sum / static_cast<double>(batch.samples);
}

// A weight that several layers share gets the sum of their gradients.
TEST(EveryOperator, GradientsAreThoseOfFiniteDifferences) {
  const Network network = EveryOp(7).build();
  const Dataset dataset = testing::noise_for(network, 6, 2);
  const BatchBuffer batch = batch_of(network, dataset);
  const auto model = make_torch_model(network, {}).value();
  ASSERT_TRUE(model->backward(batch.view(), std::vector<double>{1, 5}).ok());
  constexpr float kStep = 1e-2F;
  Random random(4);
  double largest = 0;
  for (const Parameter& parameter : model->parameters()) {
    ASSERT_EQ(parameter.gradient.size(), parameter.values.size());
    for (int n = 0; n < 3; ++n) {
      const std::size_t i = random.index(parameter.values.size());
      const float value = parameter.values[i];
      const double slope = (loss_with(network, batch, parameter.weight, i, value + kStep) -
                            loss_with(network, batch, parameter.weight, i, value - kStep)) /
                           (2 * static_cast<double>(kStep));
      EXPECT_NEAR(static_cast<double>(parameter.gradient[i]), slope, 2e-4 + 0.02 * std::abs(slope))
          << network.weights[static_cast<std::size_t>(parameter.weight)].name << " " << i;
      largest = std::max(largest, std::abs(slope));
    }
  }
  EXPECT_GT(largest, 0.01);
}

TEST(EveryOperator, ZerosOfSharedWeightsStayWhereTheyShall) {
  Network network = EveryOp(9).build();
  Weight& shared = network.weights[0];
  std::vector<float> values = decode_f32(shared);
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = 0;
  shared = make_f32_weight(shared.name, shared.shape, values);
  const Dataset dataset = testing::noise_for(network, 40, 3);
  TrainOptions options;
  options.epochs = 2;
  options.batch = 8;
  options.keep_zeros = true;
  const auto result = train(network, dataset, testing::tail_split(dataset), options);
  ASSERT_TRUE(result.ok()) << result.error().message();
  const auto after = result->network.weights[0].f32();
  bool moved = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(after[i] == 0, values[i] == 0) << i;
    moved = moved || after[i] != values[i];
  }
  EXPECT_TRUE(moved);
}

}  // namespace
}  // namespace pitlane
