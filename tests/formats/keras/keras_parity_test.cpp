// Models that Keras itself wrote, and what it computes with them: references/make_keras_references.py.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "formats/keras/keras_feed.h"
#include "pitlane/core/file.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "pitlane/formats/keras/export_keras.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {
namespace fs = std::filesystem;
using nlohmann::json;
using testing::as_picture;
using testing::formula;
using testing::outputs_of;

const fs::path kFolder = fs::path(PITLANE_SOURCE_DIR) / "tests/formats/references/keras";

json answers() {
  const Result<std::string> text = read_text(kFolder / "answers.json");
  EXPECT_TRUE(text.ok());
  return json::parse(text.ok() ? *text : "{}");
}

/// Largest difference from Keras' answers over all runs, memory kept between them.
float largest_difference(const Network& network, const json& expected) {
  ReferenceMemory memory;
  float largest = 0;
  for (std::size_t run = 0; run < expected["runs"].size(); ++run) {
    std::vector<std::vector<float>> inputs;
    for (std::size_t stream = 0; stream < expected["inputs"].size(); ++stream) {
      const Shape shape = expected["inputs"][stream].get<Shape>();
      inputs.push_back(as_picture(
          formula(element_count(shape), static_cast<std::uint32_t>(run), static_cast<std::uint32_t>(stream)), shape));
    }
    const Result<ReferenceResult> result = run_reference(network, inputs, &memory);
    EXPECT_TRUE(result.ok()) << result.error().message();
    if (!result.ok()) return INFINITY;
    const std::vector<float> got = outputs_of(network, result->values);
    const auto wanted = expected["runs"][run].get<std::vector<float>>();
    EXPECT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i)
      largest = std::max(largest, std::isfinite(got[i]) ? std::abs(got[i] - wanted[i]) : INFINITY);
  }
  return largest;
}

TEST(KerasReference, EveryStoredModelComputesWhatKerasComputes) {
  const json all = answers();
  int models = 0;
  for (const auto& [name, expected] : all.items()) {
    if (name == "real") continue;
    SCOPED_TRACE(name);
    const Result<Network> network = import_network(kFolder / name);
    ASSERT_TRUE(network.ok()) << network.error().message();
    const float difference = largest_difference(*network, expected);
    std::printf("%-28s %g\n", name.c_str(), static_cast<double>(difference));
    EXPECT_LT(difference, 2e-5F);
    ++models;
  }
  EXPECT_GE(models, 20);
}

TEST(KerasReference, RealFileComputesWhatKerasComputes) {
  const char* set = std::getenv("PITLANE_TEST_DATA");
  const fs::path data = set != nullptr ? fs::path(set) : fs::path(PITLANE_SOURCE_DIR) / "../shared/data";
  const fs::path path = data / "jderobot/deepest_lstm_tinypilotnet_carla.h5";
  if (!fs::exists(path)) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << path << " is missing";
    GTEST_SKIP() << path << " is missing";
  }
  const Result<Network> network = import_network(path);
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(to_string(network->values[static_cast<std::size_t>(network->inputs[0].value)].shape), "150x50x3");
  ASSERT_EQ(network->outputs.size(), 3U);
  EXPECT_EQ(network->outputs[1].name, "steer");
  // DeepLearningStudio's habit: ImageNet's mean and deviation.
  EXPECT_NEAR(network->inputs[0].preprocessing.offset[0], -0.485 / 0.229, 1e-5);
  EXPECT_LT(largest_difference(*network, answers()["real"]), 2e-5F);
}

// There and back: the exporter's file, read again.
TEST(KerasReference, ExportedModelsComputeTheSame) {
  const json all = answers();
  const TemporaryDirectory folder;
  for (const auto& [name, expected] : all.items()) {
    if (name == "real" || !name.ends_with("keras2.h5")) continue;
    SCOPED_TRACE(name);
    Result<Network> network = import_network(kFolder / name);
    ASSERT_TRUE(network.ok()) << network.error().message();
    // The answers are those to numbers; of pixels scaled otherwise the exporter would put a layer in front.
    for (InputSpec& input : network->inputs)
      if (input.kind == InputKind::kImage && channels_of(input.preprocessing.format) == 3)
        set_scaling(input.preprocessing, PixelScaling::kImageNet);
    const fs::path path = folder.path() / "exported.h5";
    const Status written = export_keras(*network, path);
    if (name.starts_with("stateful")) {
      ASSERT_FALSE(written.ok());
      EXPECT_NE(written.error().message().find("from one run to the next"), std::string::npos);
      continue;
    }
    ASSERT_TRUE(written.ok()) << written.error().message();
    const Result<Network> again = import_network(path);
    ASSERT_TRUE(again.ok()) << again.error().message();
    for (std::size_t run = 0; run < expected["runs"].size(); ++run) {
      std::vector<std::vector<float>> inputs;
      for (std::size_t stream = 0; stream < expected["inputs"].size(); ++stream) {
        const Shape shape = expected["inputs"][stream].get<Shape>();
        inputs.push_back(as_picture(
            formula(element_count(shape), static_cast<std::uint32_t>(run), static_cast<std::uint32_t>(stream)), shape));
      }
      const Result<ReferenceResult> result = run_reference(*again, inputs);
      ASSERT_TRUE(result.ok()) << result.error().message();
      const std::vector<float> got = outputs_of(*again, result->values);
      const auto wanted = expected["runs"][run].get<std::vector<float>>();
      ASSERT_EQ(got.size(), wanted.size());
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-4F) << i;
    }
  }
}

}  // namespace
}  // namespace pitlane
