// LibTorch's forward pass against the slow reference: layouts, padding, normalisation and flattening all agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "network/lively.h"
#include "pitlane/engine/reference.h"
#include "pitlane/network/families.h"
#include "pitlane/train/trainer.h"
#include "synthetic.h"

namespace pitlane {
namespace {

std::vector<float> real_picture(const Dataset& dataset, std::int64_t i, const Preprocessing& preprocessing) {
  std::vector<float> out;
  const auto picture = dataset.picture(i);
  for (std::size_t b = 0; b < picture.size(); ++b) {
    const std::size_t c = b % preprocessing.scale.size();
    out.push_back(static_cast<float>(picture[b]) * preprocessing.scale[c] + preprocessing.offset[c]);
  }
  return out;
}

Dataset noise_dataset(int width, int height, int samples) {
  Dataset dataset = testing::bar_dataset(width, height, samples, 4);
  Random random(11);
  // Each picture darker than the one before it: to a network, noise looks like other noise of the same brightness.
  for (std::size_t i = 0; i < dataset.pictures.size(); ++i)
    dataset.pictures[i] = static_cast<std::uint8_t>(random.index(256) / (1 + 2 * (i / dataset.picture_bytes())));
  return dataset;
}

// Normalisations that do something.
void disturb_batch_norm(Network& network, std::uint64_t seed) {
  Random random(seed);
  for (Weight& weight : network.weights) {
    if (weight.name.rfind("norm", 0) != 0) continue;
    std::vector<float> values(static_cast<std::size_t>(weight.size()));
    for (float& v : values) v = static_cast<float>(random.uniform(0.3, 1.5));
    weight = make_f32_weight(weight.name, weight.shape, values);
  }
}

// The outputs of one sample, by the reference.
std::vector<float> reference_outputs(const Network& network, const Dataset& dataset, std::int64_t sample) {
  const std::vector<std::vector<float>> inputs = {real_picture(dataset, sample, network.inputs[0].preprocessing)};
  const ReferenceResult result = run_reference(network, inputs).value();
  std::vector<float> outputs;
  for (const OutputSpec& output : network.outputs)
    outputs.push_back(result.values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)]);
  return outputs;
}

// Gives back the reference's answers, one a sample.
std::vector<std::vector<float>> expect_parity(const Network& network, const Dataset& dataset) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(dataset.size()));
  std::iota(indices.begin(), indices.end(), 0);
  const std::vector<float> torch = torch_predict(network, dataset, indices).value();
  EXPECT_EQ(torch.size(), indices.size() * network.outputs.size());
  std::vector<std::vector<float>> answers;
  for (const std::int64_t i : indices) {
    answers.push_back(reference_outputs(network, dataset, i));
    for (std::size_t k = 0; k < network.outputs.size(); ++k)
      EXPECT_NEAR(torch.at(static_cast<std::size_t>(i) * network.outputs.size() + k), answers.back()[k], 1e-4);
  }
  return answers;
}

class FamilyParity : public ::testing::TestWithParam<const char*> {};

TEST_P(FamilyParity, LibTorchAgreesWithTheReference) {
  FamilyOptions options;
  options.preprocessing.scale = {1 / 58.F, 1 / 57.F, 1 / 57.5F};
  options.preprocessing.offset = {-2.1F, -2.0F, -1.8F};
  options.outputs = testing::tiny_outputs();
  Network network = testing::with_loud_head(find_family(GetParam()).value()->build(options).value());
  disturb_batch_norm(network, 9);
  const auto answers = expect_parity(network, noise_dataset(200, 66, 2));
  EXPECT_TRUE(testing::lively(answers)) << ::testing::PrintToString(answers);
}

INSTANTIATE_TEST_SUITE_P(PilotNets, FamilyParity, ::testing::Values("pilotnet-torch", "pilotnet-tf"));

TEST(Parity, AsymmetricPaddingWithValuesOutside) {
  Network network = testing::tiny_network(9, 7);
  disturb_batch_norm(network, 5);
  for (Node& node : network.nodes)
    if (auto* conv = std::get_if<Conv2d>(&node.op)) conv->pad_value = {0.5F, -0.25F, 2};
  expect_parity(network, noise_dataset(9, 7, 5));
}

TEST(Parity, OutputsMayComeFromSeveralValues) {
  Network network = testing::tiny_network(9, 7);
  network.outputs[0].value = network.nodes[1].output;  // a convolution's map: element counts as {H, W, C}
  network.outputs[0].element = 31;
  expect_parity(network, noise_dataset(9, 7, 5));
}

TEST(TorchPredict, NamesWhatDoesNotFit) {
  const Network network = testing::tiny_network(9, 7);
  const std::vector<std::int64_t> first = {0};
  const auto size = torch_predict(network, testing::bar_dataset(9, 8, 3, 1), first);
  ASSERT_FALSE(size.ok());
  EXPECT_THAT(size.error().message(), ::testing::HasSubstr("takes pictures of 7x9x3"));
  Dataset other = testing::bar_dataset(9, 7, 3, 1);
  const auto index = torch_predict(network, other, std::vector<std::int64_t>{3});
  ASSERT_FALSE(index.ok());
  EXPECT_THAT(index.error().message(), ::testing::HasSubstr("names sample 3, the data has 3"));
  other.outputs[1].name = "steering";
  const auto outputs = torch_predict(network, other, first);
  ASSERT_FALSE(outputs.ok());
  EXPECT_THAT(outputs.error().message(),
              ::testing::HasSubstr("has the outputs v, w, the data has labels for v, steering"));
}

}  // namespace
}  // namespace pitlane
