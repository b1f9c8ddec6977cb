// Networks that remember frames, trained by backpropagation through time, against the reference that runs frame by
// frame.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>

#include "pitlane/engine/reference.h"
#include "pitlane/network/activation_range.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/train/batches.h"
#include "pitlane/train/channel_importance.h"
#include "pitlane/train/constraints.h"
#include "pitlane/train/torch_model.h"
#include "pitlane/train/trainer.h"
#include "remembering.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

std::vector<std::int64_t> all_of(const Dataset& dataset) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(dataset.size()));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

/// Each drive from its first frame on, one frame a run.
void walk(const Network& network, const Dataset& dataset, const std::function<void(const ReferenceResult&)>& visit) {
  ReferenceMemory memory;
  const Preprocessing& p = network.inputs[0].preprocessing;
  for (std::int64_t s = 0; s < dataset.size(); ++s) {
    const auto at = static_cast<std::size_t>(s);
    if (s == 0 || dataset.drive[at] != dataset.drive[at - 1]) memory.clear();
    std::vector<std::vector<float>> inputs(1);
    const auto picture = dataset.picture(s);
    for (std::size_t i = 0; i < picture.size(); ++i)
      inputs[0].push_back(static_cast<float>(picture[i]) * p.scale[i % 3] + p.offset[i % 3]);
    visit(run_reference(network, inputs, &memory).value());
  }
}

/// {sample, output}
std::vector<float> driven(const Network& network, const Dataset& dataset) {
  std::vector<float> answers;
  walk(network, dataset, [&](const ReferenceResult& result) {
    for (const OutputSpec& output : network.outputs)
      answers.push_back(
          result.values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)]);
  });
  return answers;
}

double mse(const std::vector<float>& answers, const Dataset& dataset) {
  double sum = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) sum += std::pow(answers[i] - dataset.labels[i], 2);
  return sum / static_cast<double>(answers.size());
}

TEST(TrainingWithMemory, LibTorchAnswersAsTheReferenceDoesFrameByFrame) {
  const Network network = testing::remembering_network(2);
  const Dataset dataset = testing::drives({9, 5}, 3);
  const std::vector<float> torch = torch_predict(network, dataset, all_of(dataset)).value();
  const std::vector<float> reference = driven(network, dataset);
  ASSERT_EQ(torch.size(), reference.size());
  for (std::size_t i = 0; i < torch.size(); ++i) EXPECT_NEAR(torch[i], reference[i], 1e-5) << i;
}

TEST(TrainingWithMemory, WindowsThatBeginLaterStartFromAnEmptyMemory) {
  const Network network = testing::remembering_network(2);
  const Dataset dataset = testing::drives({9, 5}, 3);
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  const std::vector<SampleWindow> windows = {{8, 9, 0}, {13, 3, 2}};
  const BatchBuffer batch = plain_batch(inputs, windows);
  const std::vector<float> y = make_torch_model(network, {}).value()->predict(batch.view()).value();
  const std::vector<float> reference = driven(network, dataset);
  for (std::size_t step = 0; step < 9; ++step) {
    for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(y[4 * step + k], reference[2 * step + k], 1e-5) << step;
    if (step < 4) continue;
    for (std::size_t k = 0; k < 2; ++k)
      EXPECT_NEAR(y[4 * step + 2 + k], reference[2 * (9 + step - 4) + k], 1e-5) << step;
  }
}

/// A picture as memory (ConvLSTM), behind it a BatchNorm; what was remembered is an output, and so is the picture.
Network picture_memory() {
  Random random(3);
  NetworkBuilder b("pictures");
  const auto conv = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    Conv2d op;
    std::vector<float> values(static_cast<std::size_t>(out * 9 * in));
    for (float& v : values) v = static_cast<float>(random.uniform(-0.3, 0.3));
    op.weight = b.weight(make_f32_weight(name, {out, 3, 3, in}, std::move(values)));
    op.bias = b.weight(make_f32_weight(name + ".bias", {out}, std::vector<float>(static_cast<std::size_t>(out), 0.1F)));
    op.padding = {1, 1, 1, 1};
    return op;
  };
  const ValueId x =
      b.image("camera", testing::tiny_preprocessing(testing::kRememberingWidth, testing::kRememberingHeight));
  const Shape shape = {testing::kRememberingHeight, testing::kRememberingWidth, 2};
  const LstmState before{b.state("hidden", shape), b.state("cell", shape)};
  const LstmState after = add_lstm_step(b, "lstm", {conv("input", 8, 3), conv("recurrent", 8, 2), {}}, x, before);
  b.remember(before.hidden, after.hidden);
  b.remember(before.cell, after.cell);
  const auto numbers = [&](const char* name, std::vector<float> values) {
    return b.weight(make_f32_weight(name, {2}, std::move(values)));
  };
  BatchNorm norm;
  norm.gamma = numbers("gamma", {0.5F, 2});
  norm.beta = numbers("beta", {0.1F, -0.1F});
  norm.mean = numbers("mean", {0.2F, 0.1F});
  norm.variance = numbers("variance", {0.5F, 1.5F});
  const ValueId normal = b.add("norm", norm, {after.hidden});
  std::vector<OutputSpec> outputs = testing::tiny_outputs();
  outputs[0].value = normal;
  outputs[0].element = 7;
  outputs[1].value = before.hidden;
  outputs[1].element = 12;
  for (OutputSpec& output : outputs) b.output(std::move(output));
  return std::move(b).build().value();
}

TEST(TrainingWithMemory, PicturesAreRememberedInOurOrder) {
  const Network network = picture_memory();
  const Dataset dataset = testing::drives({6, 4}, 3);
  const std::vector<float> torch = torch_predict(network, dataset, all_of(dataset)).value();
  const std::vector<float> reference = driven(network, dataset);
  for (std::size_t i = 0; i < reference.size(); ++i) EXPECT_NEAR(torch.at(i), reference[i], 1e-5) << i;
}

TEST(TrainingWithMemory, NormalisationsBehindTheMemoryLearnFromAllSteps) {
  Network network = picture_memory();
  const Dataset dataset = testing::drives({20}, 3);
  Split split;
  for (std::int64_t i = 0; i < 16; ++i) split.train.push_back(i);
  split.validation = {16, 17, 18, 19};
  TrainOptions options;
  options.epochs = 2;
  options.threads = 1;
  options.batch = 16;  // a single window
  const auto trained = train(network, dataset, split, options);
  ASSERT_TRUE(trained.ok()) << trained.error().message();
}

double loss_at(Network network, const BatchBuffer& batch, WeightId weight, std::size_t element, float value) {
  Weight& changed = network.weights[static_cast<std::size_t>(weight)];
  std::vector<float> values = decode_f32(changed);
  values[element] = value;
  changed = make_f32_weight(changed.name, changed.shape, values);
  return make_torch_model(network, {}).value()->backward(batch.view(), std::vector<double>{1, 5}).value();
}

TEST(TrainingWithMemory, GradientsReachThroughTime) {
  const Network network = testing::remembering_network(4, 3);
  const Dataset dataset = testing::drives({7, 6}, 5);
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  const std::vector<SampleWindow> windows = {{6, 2, 5}, {11, 3, 2}};
  const BatchBuffer batch = plain_batch(inputs, windows);
  const auto model = make_torch_model(network, {}).value();
  const double loss = model->backward(batch.view(), std::vector<double>{1, 5}).value();
  // What counts are the last frames of each window; both begin where their drives do.
  const std::vector<float> reference = driven(network, dataset);
  double expected = 0;
  for (const std::size_t sample : {5U, 6U, 9U, 10U, 11U})
    for (std::size_t k = 0; k < 2; ++k)
      expected += (k == 1 ? 5 : 1) * std::pow(reference[2 * sample + k] - dataset.labels[2 * sample + k], 2) / 5;
  EXPECT_NEAR(loss, expected, 1e-5 * expected);
  int compared = 0;
  for (const Parameter& parameter : model->parameters()) {
    for (std::size_t e = 0; e < parameter.values.size(); e += 5) {
      constexpr float kStep = 1e-2F;
      const float value = parameter.values[e];
      const double slope = (loss_at(network, batch, parameter.weight, e, value + kStep) -
                            loss_at(network, batch, parameter.weight, e, value - kStep)) /
                           (2 * static_cast<double>(kStep));
      EXPECT_NEAR(parameter.gradient[e], slope, 2e-3 + 0.02 * std::abs(slope))
          << network.weights[static_cast<std::size_t>(parameter.weight)].name << " " << e;
      ++compared;
    }
  }
  EXPECT_GT(compared, 30);
}

TrainOptions options_of(int epochs) {
  TrainOptions options;
  options.epochs = epochs;
  options.batch = 32;
  options.learning_rate = 1e-2;
  options.threads = 1;
  options.augmentation.flip = false;
  options.augmentation.brightness = 0;
  return options;
}

TEST(TrainingWithMemory, LearnsWhatOnlyTheFrameBeforeShowed) {
  const Network network = testing::remembering_network(6, 16);
  const Dataset dataset = testing::drives(std::vector<int>(40, 25), 7);
  const Split split = testing::tail_split(dataset);
  const auto trained = train(network, dataset, split, options_of(60));
  ASSERT_TRUE(trained.ok()) << trained.error().message();
  const Dataset others = testing::drives({40, 40, 40}, 99);
  // Both labels are evenly spread over 0 to 1: who remembers nothing is off by 1/12 of a square.
  EXPECT_LT(mse(driven(trained->network, others), others), 1.0 / 12 / 4);
}

TEST(TrainingWithMemory, SingleFramesBesideDrivesDoNotDrownThem) {
  const Network network = testing::remembering_network(6, 16);
  std::vector<int> lengths(20, 25);
  lengths.insert(lengths.end(), 500, 1);
  const Dataset dataset = testing::drives(lengths, 7);
  Split split;
  for (std::int64_t i = 0; i < dataset.size(); ++i) (i < 100 ? split.validation : split.train).push_back(i);
  const auto trained = train(network, dataset, split, options_of(60));
  ASSERT_TRUE(trained.ok()) << trained.error().message();
  const Dataset others = testing::drives({40, 40, 40}, 99);
  EXPECT_LT(mse(driven(trained->network, others), others), 1.0 / 12 / 2);
}

// Every layer with weights in int8, and every value, also what is remembered, on a grid over what it is on drives.
struct SimulatedMemory {
  Network network = testing::remembering_network(2);
  SimulatedInt8 int8;
  Network engine;

  explicit SimulatedMemory(const Dataset& dataset) {
    std::vector<ActivationRange> ranges(network.values.size());
    walk(network, dataset, [&](const ReferenceResult& result) {
      for (std::size_t v = 0; v < ranges.size(); ++v)
        for (const float x : result.values[v]) ranges[v].include(x);
    });
    for (std::size_t v = 0; v < ranges.size(); ++v) network.values[v].quantization = quantization_of(ranges[v]);
    for (const Node& node : network.nodes)
      if (std::holds_alternative<Flatten>(node.op))
        network.values[static_cast<std::size_t>(node.output)].quantization =
            network.values[static_cast<std::size_t>(node.inputs[0])].quantization;
    int8.resize(network.weights.size());
    for (const WeightId id : layer_weights(network)) int8[static_cast<std::size_t>(id)] = I8Scales::kPerChannel;
    engine = quantized(network);
  }

  [[nodiscard]] Network quantized(Network trained) const {
    for (std::size_t i = 0; i < int8.size(); ++i)
      if (int8[i]) trained.weights[i] = quantize_i8(trained.weights[i]);
    return trained;
  }
};

// A number in the middle of two steps may fall to either side, and a memory carries that along.
TEST(TrainingWithMemory, SimulatedInt8AnswersAsTheReferenceDoesFrameByFrame) {
  const Dataset dataset = testing::drives({12, 9}, 3);
  const SimulatedMemory simulated(dataset);
  const SampleInputs inputs = SampleInputs::create(simulated.network, dataset).value();
  const auto model = make_torch_model(simulated.network, {.int8 = simulated.int8}).value();
  const std::vector<SampleWindow> windows = {{11, 12, 0}, {20, 9, 0}};
  const std::vector<float> y = model->predict(plain_batch(inputs, windows).view()).value();
  const std::vector<float> expected = driven(simulated.engine, dataset);
  const float step =
      simulated.network.values[static_cast<std::size_t>(simulated.network.outputs[0].value)].quantization->scale;
  int same = 0, all = 0;
  for (std::size_t s = 0; s < 12; ++s)
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_NEAR(y[4 * s + k], expected[2 * s + k], 3.01F * step) << s;
      same += std::abs(y[4 * s + k] - expected[2 * s + k]) < 0.01F * step ? 1 : 0;
      ++all;
    }
  EXPECT_GE(same, all * 2 / 3);
}

TEST(TrainingWithMemory, RangesOfWhatIsRememberedFollowDrivesAndNotSingleFrames) {
  std::vector<int> lengths(8, 25);
  lengths.insert(lengths.end(), 300, 1);
  const Dataset dataset = testing::drives(lengths, 7);
  const SimulatedMemory simulated(dataset);
  Split split;
  for (std::int64_t i = 0; i < dataset.size(); ++i) (i < 25 ? split.validation : split.train).push_back(i);
  TrainOptions options = options_of(30);
  options.learning_rate = 1e-6;  // the weights stay
  options.int8 = simulated.int8;
  options.keep_last = true;
  const auto trained = train(simulated.network, dataset, split, options);
  ASSERT_TRUE(trained.ok()) << trained.error().message();
  const auto span_of = [](const Network& network, ValueId value) {
    const ActivationRange range = range_of(*network.values[static_cast<std::size_t>(value)].quantization);
    return range.high - range.low;
  };
  for (const StateSpec& state : simulated.network.states)
    for (const ValueId value : {state.before, state.after})
      EXPECT_GT(span_of(trained->network, value), 0.7 * span_of(simulated.network, value)) << state.name;
}

TEST(TrainingWithMemory, ResumedEqualsUninterruptedByteForByte) {
  const Network network = testing::remembering_network(6);
  const Dataset dataset = testing::drives({40, 33, 21}, 7);
  const Split split = testing::tail_split(dataset);
  const auto whole = train(network, dataset, split, options_of(4));
  ASSERT_TRUE(whole.ok()) << whole.error().message();
  const TemporaryDirectory folder;
  TrainOptions options = options_of(4);
  options.checkpoint = folder.path() / "checkpoint";
  const auto stopped = train(network, dataset, split, options, [](const Progress& p) { return p.done * 2 < p.total; });
  ASSERT_FALSE(stopped.ok());
  ASSERT_TRUE(std::filesystem::exists(options.checkpoint));
  const auto resumed = train(network, dataset, split, options);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message();
  EXPECT_EQ(content_hash(resumed->network), content_hash(whole->network));
}

TEST(TrainingWithMemory, ATeacherThatRemembersTeachesWhoRemembers) {
  const Network teacher = testing::remembering_network(6);
  const Dataset dataset = testing::drives({40, 33, 21}, 7);
  const Split split = testing::tail_split(dataset);
  TrainOptions options = options_of(80);
  options.teacher = Teacher{&teacher, 1.0};
  const auto taught = train(testing::remembering_network(8), dataset, split, options);
  ASSERT_TRUE(taught.ok()) << taught.error().message();
  Dataset wanted = dataset;
  wanted.labels = driven(teacher, dataset);
  EXPECT_LT(mse(driven(taught->network, dataset), wanted),
            0.1 * mse(driven(testing::remembering_network(8), dataset), wanted));

  Network forgetful = testing::tiny_network(testing::kRememberingWidth, testing::kRememberingHeight);
  const auto refused = train(forgetful, dataset, split, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("the teacher remembers frames"));
}

TEST(TrainingWithMemory, ChannelsAreWeighedOnDrives) {
  const Network network = testing::remembering_network(6);
  const Dataset dataset = testing::drives({40, 33}, 7);
  const auto importance = channel_importance(network, dataset, all_of(dataset));
  ASSERT_TRUE(importance.ok()) << importance.error().message();
  ASSERT_EQ(importance->size(), network.nodes.size());
  // The recurrent layer sees nothing but the memory: without frames before it would never matter.
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (network.nodes[i].name.find("recurrent") != std::string::npos) {
      EXPECT_GT(std::accumulate((*importance)[i].begin(), (*importance)[i].end(), 0.0), 0);
    }
  }
}

// Everything that trains, on a network that remembers: none fails, and what comes out drives as it was trained.
TEST(TrainingWithMemory, EveryStrategyKeepsWhatTheBaselineKnows) {
  const Dataset dataset = testing::drives(std::vector<int>(40, 25), 7);
  const Split split = testing::tail_split(dataset);
  const Network baseline = train(testing::remembering_network(6, 16), dataset, split, options_of(60))->network;
  StrategyContext context;
  context.dataset = &dataset;
  context.split = &split;
  context.importance = [&](const Network& network, const ProgressFn&) {
    return channel_importance(network, dataset, split.train, {}, 1);
  };
  context.fine_tune = [&](const Network& network, const FineTuning& wanted, const ProgressFn&) -> Result<Network> {
    TrainOptions options = options_of(20);  // there are few samples
    options.learning_rate = wanted.learning_rate;
    options.keep_last = options.keep_zeros = options.freeze_batch_norm = true;
    options.keep_shared = wanted.keep_shared;
    options.int8 = wanted.int8;
    if (wanted.pruning)
      options.sparsity =
          RisingSparsity{.from = wanted.pruning->from, .to = wanted.pruning->to, .weights = wanted.pruning->weights};
    if (wanted.teacher) options.teacher = Teacher{wanted.teacher.get(), wanted.teacher_share};
    PITLANE_TRY(TrainResult trained, train(network, dataset, split, options));
    return std::move(trained.network);
  };
  const Dataset others = testing::drives({40, 40, 40}, 99);
  for (const Strategy& strategy : strategies()) {
    if (!strategy.needs_training || reduces_input(strategy)) continue;
    const auto made = apply_strategy(baseline, strategy, context);
    ASSERT_TRUE(made.ok()) << made.error().message();
    EXPECT_LT(mse(driven(*made, others), others), 1.0 / 12 / 2)
        << strategy.name << ", baseline " << mse(driven(baseline, others), others);
  }
}

}  // namespace
}  // namespace pitlane
