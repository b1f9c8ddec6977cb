#include "pitlane/measure/accuracy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "pitlane/network/builder.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

Dataset small_dataset(std::vector<float> labels, int outputs) {
  Dataset dataset;
  dataset.width = dataset.height = 1;
  dataset.channels = 3;
  for (int k = 0; k < outputs; ++k) dataset.outputs.push_back({k == 0 ? "v" : "w", "", 0, 1, 0, k});
  const std::size_t samples = labels.size() / static_cast<std::size_t>(outputs);
  dataset.labels = std::move(labels);
  dataset.pictures.resize(samples * 3);
  for (std::size_t i = 0; i < dataset.pictures.size(); ++i) dataset.pictures[i] = static_cast<std::uint8_t>(i);
  dataset.session.resize(samples);
  return dataset;
}

std::vector<std::int64_t> all(const Dataset& dataset) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(dataset.size()));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

TEST(Accuracy, MatchesAHandComputedCase) {
  const Dataset dataset = small_dataset({0, 1, 1, 0}, 2);  // labels (0,1), (1,0)
  const Accuracy a = accuracy({2, {0.5F, 1, 1, 0.25F}}, dataset, all(dataset));
  EXPECT_DOUBLE_EQ(a.outputs[0].mse, 0.125);
  EXPECT_DOUBLE_EQ(a.outputs[1].mse, 0.03125);
  EXPECT_DOUBLE_EQ(a.outputs[0].mae, 0.25);
  EXPECT_DOUBLE_EQ(a.mse, (0.125 + 0.03125) / 2);
  EXPECT_DOUBLE_EQ(a.outputs[0].mse_over_variance, 0.125 / 0.25);
  EXPECT_EQ(a.samples, 2);
}

TEST(Accuracy, PredictingTheMeanScoresOne) {
  const Dataset dataset = small_dataset({0, 0.5F, 1, 0.5F, 0}, 1);
  const Accuracy a = accuracy({1, std::vector<float>(5, 0.4F)}, dataset, all(dataset));
  EXPECT_NEAR(a.outputs[0].mse_over_variance, 1, 1e-6);
}

TEST(Accuracy, ConstantLabelsDoNotDivideByZero) {
  const Dataset dataset = small_dataset({0.5F, 0.5F}, 1);
  EXPECT_EQ(accuracy({1, {0, 1}}, dataset, all(dataset)).outputs[0].mse_over_variance, 0);
}

TEST(Agreement, CountsTheLargestDifference) {
  const Agreement a = agreement({1, {0, 1, 2}}, {1, {0, 1.5F, 1}});
  EXPECT_NEAR(a.mse, (0.25 + 1) / 3, 1e-12);
  EXPECT_NEAR(a.max_abs, 1, 1e-12);
}

// Answers with the first byte of the picture, and with its negative.
class FirstByte : public Session {
 public:
  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  RunStatus run(std::span<const TensorView> in, std::span<const MutableTensorView> out) noexcept override {
    const float byte = static_cast<const std::uint8_t*>(in[0].data)[0];
    static_cast<float*>(out[0].data)[0] = byte;
    static_cast<float*>(out[0].data)[1] = -byte;
    return RunStatus::kOk;
  }
  void reset() noexcept override {}
  std::string description() const override { return "first byte"; }

 private:
  std::vector<TensorSpec> inputs_{{"camera", {1, 1, 3}, ElementType::kU8}};
  std::vector<TensorSpec> outputs_{{"y", {2}, ElementType::kF32}};
};

Network network_with_outputs(const std::string& first, const std::string& second) {
  Preprocessing p;
  p.source_width = p.source_height = p.width = p.height = 1;
  p.crop = {0, 0, 1, 1};
  NetworkBuilder builder("n");
  const ValueId image = builder.image("camera", p);
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {2, 3}, std::vector<float>(6)));
  const ValueId y = builder.add("d", dense, {builder.add("f", Flatten{}, {image})});
  builder.output({first, "", 0, 1, y, 0});
  builder.output({second, "", 0, 1, y, 1});
  return std::move(builder).build().value();
}

TEST(Predict, PairsOutputsWithLabelsByName) {
  const Dataset dataset = small_dataset({0, 0, 0, 0}, 2);
  FirstByte session;
  // The network's first output is the data's second label.
  const Predictions p = predict(network_with_outputs("w", "v"), session, dataset, all(dataset)).value();
  EXPECT_EQ(p.values, (std::vector<float>{0, 0, -3, 3}));
}

TEST(Predict, MissingOutputIsNamed) {
  const Dataset dataset = small_dataset({0, 0}, 2);
  FirstByte session;
  EXPECT_THAT(predict(network_with_outputs("v", "steering"), session, dataset, all(dataset)).error().message(),
              HasSubstr("the network has no output 'w', which the data labels"));
}

TEST(Predict, OtherRangesAreRefused) {
  Dataset dataset = small_dataset({0, 0}, 2);
  dataset.outputs[1].high = 2;
  FirstByte session;
  EXPECT_THAT(predict(network_with_outputs("v", "w"), session, dataset, all(dataset)).error().message(),
              HasSubstr("output 'w' has another range"));
}

}  // namespace
}  // namespace pitlane
