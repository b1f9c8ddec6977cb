// Networks that remember frames, trained by backpropagation through time, against the reference that runs frame by
// frame.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "pitlane/engine/reference.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/train/batches.h"
#include "pitlane/train/channel_importance.h"
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

/// {sample, output}: each drive from its first frame on, one frame a run.
std::vector<float> driven(const Network& network, const Dataset& dataset) {
  std::vector<float> answers;
  ReferenceMemory memory;
  const Preprocessing& p = network.inputs[0].preprocessing;
  for (std::int64_t s = 0; s < dataset.size(); ++s) {
    const auto at = static_cast<std::size_t>(s);
    if (s == 0 || dataset.drive[at] != dataset.drive[at - 1]) memory.clear();
    std::vector<std::vector<float>> inputs(1);
    const auto picture = dataset.picture(s);
    for (std::size_t i = 0; i < picture.size(); ++i)
      inputs[0].push_back(static_cast<float>(picture[i]) * p.scale[i % 3] + p.offset[i % 3]);
    const auto result = run_reference(network, inputs, &memory).value();
    for (const OutputSpec& output : network.outputs)
      answers.push_back(
          result.values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)]);
  }
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
  options.batch = 64;
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
class StrategiesWithMemory : public ::testing::TestWithParam<const char*> {};

TEST_P(StrategiesWithMemory, TrainAndKeepWhatTheBaselineKnows) {
  static const Dataset dataset = testing::drives(std::vector<int>(40, 25), 7);
  static const Split split = testing::tail_split(dataset);
  static const Network baseline = train(testing::remembering_network(6, 16), dataset, split, options_of(60))->network;
  StrategyContext context;
  context.dataset = &dataset;
  context.split = &split;
  context.importance = [&](const Network& network, const ProgressFn&) {
    return channel_importance(network, dataset, split.train, {}, 1);
  };
  context.fine_tune = [&](const Network& network, const FineTuning& wanted, const ProgressFn&) -> Result<Network> {
    TrainOptions options = options_of(std::max(20, wanted.epochs));
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
  const auto made = apply_strategy(baseline, **find_strategy(GetParam()), context);
  ASSERT_TRUE(made.ok()) << made.error().message();
  const Dataset others = testing::drives({40, 40, 40}, 99);
  EXPECT_LT(mse(driven(*made, others), others), 1.0 / 12 / 2) << mse(driven(baseline, others), others);
}

INSTANTIATE_TEST_SUITE_P(All, StrategiesWithMemory,
                         ::testing::Values("fine_tune", "fine_tune_long", "quan_aware", "local_prune", "global_prune",
                                           "prune", "prune_quan", "prune_quan_tf", "prune_qat", "clust_qat",
                                           "prune_clust_qat", "shrink", "shrink_quan"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace pitlane
