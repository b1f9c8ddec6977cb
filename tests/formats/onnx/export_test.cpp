// What we write, we read back: the same network, the same meaning.
#include "pitlane/formats/onnx/export_onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "formats/onnx/samples.h"
#include "pitlane/core/file.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

std::vector<std::vector<float>> inputs_for(const Network& network, int seed, bool bytes) {
  std::vector<std::vector<float>> inputs;
  std::uint64_t state = static_cast<std::uint64_t>(seed) * 77 + 5;
  for (const InputSpec& input : network.inputs) {
    const Shape& shape = network.values[static_cast<std::size_t>(input.value)].shape;
    std::vector<float>& values = inputs.emplace_back(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      v = static_cast<float>(state >> 56);
      if (input.kind != InputKind::kImage || !bytes) v /= 255;
    }
  }
  return inputs;
}

std::vector<float> outputs_of(const Network& network, const std::vector<std::vector<float>>& inputs) {
  const Result<ReferenceResult> result = run_reference(network, inputs);
  if (!result.ok()) {
    ADD_FAILURE() << result.error().message();
    return {};
  }
  std::vector<float> outputs;
  for (const OutputSpec& output : network.outputs)
    outputs.push_back(result->values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)]);
  for (const StateSpec& state : network.states) {
    const std::vector<float>& after = result->values[static_cast<std::size_t>(state.after)];
    outputs.insert(outputs.end(), after.begin(), after.end());
  }
  return outputs;
}

Result<Network> there_and_back(const Network& network, const OnnxExportOptions& options) {
  const TemporaryDirectory folder;
  PITLANE_TRY_STATUS(export_onnx(network, options, folder / "model.onnx"));
  return import_network(folder / "model.onnx");
}

struct RoundTrip {
  const char* sample;
  OnnxPrecision precision;
  float tolerance;  ///< of outputs, where the graph computes in another order
};

class OnnxRoundTrip : public ::testing::TestWithParam<RoundTrip> {};

TEST_P(OnnxRoundTrip, KeepsWhatIsComputedAndWhatItMeans) {
  const Result<Network> network = sample_network(GetParam().sample);
  ASSERT_TRUE(network.ok()) << network.error().message();
  OnnxExportOptions options;
  options.precision = GetParam().precision;
  const Result<Network> back = there_and_back(*network, options);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(back->name, network->name);
  ASSERT_EQ(back->inputs.size(), network->inputs.size());
  for (std::size_t i = 0; i < network->inputs.size(); ++i) {
    EXPECT_EQ(back->inputs[i].name, network->inputs[i].name);
    EXPECT_EQ(back->inputs[i].kind, network->inputs[i].kind);
    EXPECT_EQ(back->inputs[i].scale, network->inputs[i].scale);
    EXPECT_EQ(back->inputs[i].ages, network->inputs[i].ages);
    EXPECT_EQ(back->inputs[i].preprocessing, network->inputs[i].preprocessing);
  }
  ASSERT_EQ(back->outputs.size(), network->outputs.size());
  for (std::size_t i = 0; i < network->outputs.size(); ++i) {
    EXPECT_EQ(back->outputs[i].name, network->outputs[i].name);
    EXPECT_EQ(back->outputs[i].unit, network->outputs[i].unit);
    EXPECT_EQ(back->outputs[i].low, network->outputs[i].low);
    EXPECT_EQ(back->outputs[i].high, network->outputs[i].high);
  }
  ASSERT_EQ(back->states.size(), network->states.size());
  for (int seed = 1; seed <= 3; ++seed) {
    const auto inputs = inputs_for(*network, seed, false);
    const std::vector<float> expected = outputs_of(*network, inputs), found = outputs_of(*back, inputs);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], GetParam().tolerance) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, OnnxRoundTrip,
                         ::testing::Values(RoundTrip{"float", OnnxPrecision::kFloat, 0},
                                           RoundTrip{"pilotnet-torch", OnnxPrecision::kFloat, 0},
                                           RoundTrip{"half", OnnxPrecision::kFloat16, 0},
                                           RoundTrip{"every-op", OnnxPrecision::kFloat, 1e-5F},
                                           RoundTrip{"states", OnnxPrecision::kFloat, 1e-6F},
                                           RoundTrip{"static-int8", OnnxPrecision::kQdq, 0},
                                           RoundTrip{"dynamic-int8", OnnxPrecision::kQdq, 0},
                                           RoundTrip{"residual-int8", OnnxPrecision::kQdq, 0}),
                         [](const ::testing::TestParamInfo<RoundTrip>& instance) {
                           std::string name = instance.param.sample;
                           std::erase(name, '-');
                           return name;
                         });

TEST(ExportOnnx, KeepsStorageAndGridsOfInt8) {
  const Result<Network> network = sample_network("static-int8");
  ASSERT_TRUE(network.ok());
  OnnxExportOptions options;
  options.precision = OnnxPrecision::kQdq;
  const Result<Network> back = there_and_back(*network, options);
  ASSERT_TRUE(back.ok()) << back.error().message();
  int int8 = 0, grids = 0;
  for (const Weight& weight : back->weights) int8 += weight.storage == Storage::kI8 ? 1 : 0;
  for (const Value& value : back->values) grids += value.quantization ? 1 : 0;
  EXPECT_EQ(int8, 3);
  EXPECT_EQ(grids, 3);
}

TEST(ExportOnnx, RawInputScalesPixelsInTheGraph) {
  for (const char* const name : {"float", "every-op"}) {
    const Result<Network> network = sample_network(name);
    ASSERT_TRUE(network.ok());
    OnnxExportOptions options;
    options.raw_input = true;
    const Result<Network> back = there_and_back(*network, options);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_THAT(back->inputs[0].preprocessing.scale, ::testing::Each(1));
    EXPECT_THAT(back->inputs[0].preprocessing.offset, ::testing::Each(0));
    const auto pixels = inputs_for(*network, 4, true);
    auto scaled = pixels;
    const Preprocessing& p = network->inputs[0].preprocessing;
    for (std::size_t i = 0; i < scaled[0].size(); ++i) scaled[0][i] = pixels[0][i] * p.scale[i % 3] + p.offset[i % 3];
    const std::vector<float> expected = outputs_of(*network, scaled), found = outputs_of(*back, pixels);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5) << name;
  }
}

TEST(ExportOnnx, RefusesInt8OfANetworkWithoutIt) {
  const Result<Network> network = sample_network("float");
  ASSERT_TRUE(network.ok());
  OnnxExportOptions options;
  options.precision = OnnxPrecision::kQdq;
  const auto file = serialize_onnx(*network, options);
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.error().message(), HasSubstr("has no int8 weights; quantise it before"));
}

TEST(ExportOnnx, RefusesWeightsBeyondFloat16) {
  Result<Network> network = sample_network("float");
  ASSERT_TRUE(network.ok());
  Weight& weight = network->weights[0];
  std::vector<float> values = decode_f32(weight);
  values[3] = 70000;
  weight = make_f32_weight(weight.name, weight.shape, values);
  OnnxExportOptions options;
  options.precision = OnnxPrecision::kFloat16;
  const auto file = serialize_onnx(*network, options);
  ASSERT_FALSE(file.ok());
  EXPECT_THAT(file.error().message(), HasSubstr("beyond float16"));
  EXPECT_THAT(file.error().message(), HasSubstr("conv1"));
}

TEST(ExportOnnx, FramesOfAnotherSizeKeepThePartThatTheNetworkSees) {
  const TemporaryDirectory dir;
  const Result<Network> network = sample_network("states");
  ASSERT_TRUE(network.ok());
  ASSERT_EQ(network->inputs[0].preprocessing.crop, (Rect{0, 10, 64, 38}));
  const auto file = serialize_onnx(*network, {});
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(write_file(dir / "m.onnx", *file).ok());
  ImportOptions options;
  options.image.source_width = 128;
  options.image.source_height = 96;
  const Result<Network> larger = import_network(dir / "m.onnx", options);
  ASSERT_TRUE(larger.ok()) << larger.error().message();
  EXPECT_EQ(larger->inputs[0].preprocessing.crop, (Rect{0, 20, 128, 76}));
  options.image.crop = Rect{1, 2, 30, 40};
  EXPECT_EQ(import_network(dir / "m.onnx", options)->inputs[0].preprocessing.crop, (Rect{1, 2, 30, 40}));
}

}  // namespace
}  // namespace pitlane
