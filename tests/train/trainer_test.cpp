#include "pitlane/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <tuple>

#include "pitlane/core/file.h"
#include "pitlane/network/pit_file.h"
#include "synthetic.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

constexpr int kWidth = 12, kHeight = 6;

class TrainerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.epochs = 4;
    options_.batch = 16;
    options_.learning_rate = 5e-3;
    options_.threads = 1;
  }
  void TearDown() override { std::filesystem::remove(checkpoint_); }

  static std::vector<std::byte> bytes(const Network& network) { return serialize_pit(network).value(); }

  Dataset dataset_ = testing::bar_dataset(kWidth, kHeight, 200, 7);
  Split split_ = testing::tail_split(dataset_);
  Network network_ = testing::tiny_network(kWidth, kHeight);
  TrainOptions options_;
  std::filesystem::path checkpoint_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("trainer_") + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".ckpt");
};

TEST_F(TrainerTest, LearnsASmallProblem) {
  options_.epochs = 20;
  std::int64_t last_done = 0, total = 0;
  const auto result = train(network_, dataset_, split_, options_, [&](const Progress& p) {
    EXPECT_GE(p.done, last_done);
    EXPECT_THAT(p.detail, HasSubstr("loss "));
    last_done = p.done;
    total = p.total;
    return true;
  });
  ASSERT_TRUE(result.ok()) << result.error().message();
  EXPECT_EQ(last_done, total);
  EXPECT_EQ(total, 20 * 10);
  ASSERT_EQ(result->epochs.size(), 20U);
  EXPECT_LT(result->epochs.back().train_loss, 0.25 * result->epochs.front().train_loss);
  EXPECT_GT(result->images_per_s, 0);
  // What comes back is the best epoch's network: predicting with it gives exactly that loss.
  const auto y = torch_predict(result->network, dataset_, split_.validation);
  ASSERT_TRUE(y.ok());
  double loss = 0;
  for (std::size_t i = 0; i < y->size(); ++i) {
    const float label = dataset_.label(split_.validation[i / 2])[i % 2];
    loss += (i % 2 == 1 ? 5 : 1) * std::pow((*y)[i] - label, 2) / static_cast<double>(split_.validation.size());
  }
  const EpochRecord& best = result->epochs[static_cast<std::size_t>(result->best_epoch) - 1];
  EXPECT_NEAR(loss, best.validation_loss, 1e-6);
  for (const EpochRecord& record : result->epochs) EXPECT_GE(record.validation_loss, best.validation_loss);
}

TEST_F(TrainerTest, SeedDecidesTheBytes) {
  const auto a = train(network_, dataset_, split_, options_);
  const auto b = train(network_, dataset_, split_, options_);
  options_.seed = 2;
  const auto c = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(a.ok() && b.ok() && c.ok());
  EXPECT_EQ(bytes(a->network), bytes(b->network));
  EXPECT_NE(bytes(a->network), bytes(c->network));
}

class ResumeTest : public TrainerTest, public ::testing::WithParamInterface<std::tuple<int, double>> {};

TEST_P(ResumeTest, ResumedEqualsUninterruptedByteForByte) {
  std::tie(options_.threads, options_.averaging) = GetParam();
  const auto whole = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(whole.ok());
  // A name of its own: ctest runs the parameters side by side.
  options_.checkpoint = std::filesystem::path(::testing::TempDir()) /
                        ("resume" + std::to_string(options_.threads) + (options_.averaging > 0 ? "mean" : "last"));
  std::filesystem::remove(options_.checkpoint);
  // Stopped in the middle of epochs 2 and 4 and at the very first step of 3: each time the same command goes on.
  for (const std::int64_t stop : {15, 21, 37}) {
    const auto part = train(network_, dataset_, split_, options_, [&](const Progress& p) { return p.done < stop; });
    ASSERT_FALSE(part.ok());
    EXPECT_EQ(part.error().kind(), ErrorKind::kInterrupted);
  }
  const auto resumed = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message();
  EXPECT_EQ(bytes(resumed->network), bytes(whole->network));
  ASSERT_EQ(resumed->epochs.size(), whole->epochs.size());
  for (std::size_t i = 0; i < whole->epochs.size(); ++i)
    EXPECT_EQ(resumed->epochs[i].validation_loss, whole->epochs[i].validation_loss);
  // A finished training is not trained again.
  const auto again = train(network_, dataset_, split_, options_, [](const Progress&) { return false; });
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(bytes(again->network), bytes(whole->network));
  std::filesystem::remove(options_.checkpoint);
}

INSTANTIATE_TEST_SUITE_P(Threads, ResumeTest, ::testing::Combine(::testing::Values(1, 2), ::testing::Values(0, 0.9)));

// A mean that forgets at once is the last weights; one that remembers is not, and the loss reported is its own.
TEST_F(TrainerTest, AveragingKeepsAndJudgesTheMean) {
  const auto last = train(network_, dataset_, split_, options_);
  options_.averaging = 1e-12;
  const auto forgetful = train(network_, dataset_, split_, options_);
  options_.averaging = 0.9;
  const auto mean = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(last.ok() && forgetful.ok() && mean.ok());
  for (std::size_t e = 0; e < last->epochs.size(); ++e) {
    EXPECT_NEAR(forgetful->epochs[e].validation_loss, last->epochs[e].validation_loss, 1e-6);
    EXPECT_EQ(mean->epochs[e].train_loss, last->epochs[e].train_loss) << "the mean only watches";
  }
  EXPECT_NE(bytes(mean->network), bytes(last->network));
  const auto y = torch_predict(mean->network, dataset_, split_.validation);
  ASSERT_TRUE(y.ok());
  double loss = 0;
  for (std::size_t i = 0; i < y->size(); ++i) {
    const float label = dataset_.label(split_.validation[i / 2])[i % 2];
    loss += (i % 2 == 1 ? 5 : 1) * std::pow((*y)[i] - label, 2) / static_cast<double>(split_.validation.size());
  }
  EXPECT_NEAR(loss, mean->epochs[static_cast<std::size_t>(mean->best_epoch) - 1].validation_loss, 1e-6);
}

TEST_F(TrainerTest, ACheckpointOfOtherOptionsIsRefused) {
  options_.checkpoint = checkpoint_;
  options_.epochs = 1;
  ASSERT_TRUE(train(network_, dataset_, split_, options_).ok());
  options_.batch = 8;
  const auto batch = train(network_, dataset_, split_, options_);
  ASSERT_FALSE(batch.ok());
  EXPECT_THAT(batch.error().message(), HasSubstr("batch is 8 now and was 16"));
  options_.batch = 16;
  const auto other = train(testing::tiny_network(kWidth, kHeight, 2), dataset_, split_, options_);
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.error().message(), HasSubstr("network (hash of architecture and initial weights) is "));
}

TEST_F(TrainerTest, ADamagedCheckpointIsAnError) {
  ASSERT_TRUE(write_text(checkpoint_, std::string(500, 'x')).ok());
  options_.checkpoint = checkpoint_;
  const auto result = train(network_, dataset_, split_, options_);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message(), HasSubstr("not a training checkpoint"));
}

TEST_F(TrainerTest, KeepsZeros) {
  std::vector<std::vector<float>> before;
  for (Weight& weight : network_.weights) {
    std::vector<float> values = decode_f32(weight);
    if (weight.shape.size() > 1)
      for (std::size_t i = 0; i < values.size(); i += 3) values[i] = 0;
    weight = make_f32_weight(weight.name, weight.shape, values);
    before.push_back(values);
  }
  options_.keep_zeros = true;
  const auto result = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(result.ok());
  for (std::size_t w = 0; w < before.size(); ++w) {
    if (network_.weights[w].shape.size() < 2) continue;
    const auto after = result->network.weights[w].f32();
    for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i] == 0, before[w][i] == 0) << w << " " << i;
  }
}

TEST_F(TrainerTest, FreezesBatchNorm) {
  options_.freeze_batch_norm = true;
  const auto frozen = train(network_, dataset_, split_, options_);
  options_.freeze_batch_norm = false;
  const auto free = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(frozen.ok() && free.ok());
  for (std::size_t w = 0; w < 4; ++w) {
    EXPECT_EQ(decode_f32(frozen->network.weights[w]), decode_f32(network_.weights[w])) << network_.weights[w].name;
    EXPECT_NE(decode_f32(free->network.weights[w]), decode_f32(network_.weights[w])) << network_.weights[w].name;
  }
}

TEST_F(TrainerTest, StopsWhenPatienceIsOver) {
  // Labels of the validation part that contradict those of the training part: learning makes it worse.
  for (const std::int64_t i : split_.validation)
    for (std::size_t k = 0; k < 2; ++k) dataset_.labels[static_cast<std::size_t>(i) * 2 + k] = -3;
  options_.epochs = 12;
  options_.patience = 2;
  const auto result = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(static_cast<int>(result->epochs.size()), result->best_epoch + 2);
  EXPECT_LT(result->epochs.size(), 12U);
}

TEST_F(TrainerTest, DivergenceIsNamed) {
  dataset_.labels[6] = std::numeric_limits<float>::quiet_NaN();
  const auto result = train(network_, dataset_, split_, options_);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kNumeric);
  EXPECT_THAT(result.error().message(), HasSubstr("diverged: the loss is not a number in epoch 1, step "));
}

TEST_F(TrainerTest, QuantisedStartsAreDecoded) {
  for (Weight& weight : network_.weights)
    if (weight.shape.size() > 1) weight = quantize_i8(weight);
  network_.values[0].quantization = ActivationQuantization{1 / 255.F, 0};
  const auto result = train(network_, dataset_, split_, options_);
  ASSERT_TRUE(result.ok()) << result.error().message();
  for (const Weight& weight : result->network.weights) EXPECT_EQ(weight.storage, Storage::kF32);
  EXPECT_FALSE(result->network.values[0].quantization.has_value());
}

TEST_F(TrainerTest, SenselessOptionsAreRefused) {
  const auto message = [&](auto change) {
    TrainOptions options = options_;
    change(options);
    const auto result = train(network_, dataset_, split_, options);
    return result.ok() ? std::string("accepted") : result.error().message();
  };
  EXPECT_THAT(message([](TrainOptions& o) { o.epochs = 0; }), HasSubstr("epochs must be at least 1, not 0"));
  EXPECT_THAT(message([](TrainOptions& o) { o.batch = 0; }), HasSubstr("batch must be at least 1"));
  EXPECT_THAT(message([](TrainOptions& o) { o.learning_rate = NAN; }), HasSubstr("learning rate must be a positive"));
  EXPECT_THAT(message([](TrainOptions& o) { o.averaging = 1; }), HasSubstr("averaging must be at least 0 and below 1"));
  EXPECT_THAT(message([](TrainOptions& o) { o.output_weights = {1}; }), HasSubstr("1 output weights given"));
  EXPECT_THAT(message([](TrainOptions& o) { o.output_weights = {1, -1}; }), HasSubstr("not negative"));
  EXPECT_THAT(message([](TrainOptions& o) { o.checkpoint = "/nonexistent-directory/x.ckpt"; }),
              HasSubstr("/nonexistent-directory"));
  split_.validation.clear();
  EXPECT_THAT(message([](TrainOptions&) {}), HasSubstr("the validation part of the data is empty"));
}

}  // namespace
}  // namespace pitlane
