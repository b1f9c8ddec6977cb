// Small models written by onnx.helper and onnxruntime's quantizer, and what ONNX Runtime answered: made by
// tests/formats/references/make_onnx.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> models() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(PITLANE_SOURCE_DIR "/tests/formats/references/onnx"))
    if (entry.path().extension() == ".onnx") paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

/// The formula of make_onnx.py.
std::vector<float> numbers(std::int64_t count, std::int64_t run, std::int64_t port, bool bytes) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const float v = static_cast<float>((i * 7919 + run * 104729 + port * 1299709) % 1000) / 1000;
    values.push_back(bytes ? std::floor(v * 256) : v);
  }
  return values;
}

class OnnxReference : public ::testing::TestWithParam<fs::path> {};

TEST_P(OnnxReference, AnswersAsOnnxRuntimeDid) {
  const Result<Network> network = import_network(GetParam());
  ASSERT_TRUE(network.ok()) << network.error().message();
  std::ifstream in(fs::path(GetParam()).replace_extension(".txt"));
  float tolerance = 0;
  bool bytes = false;
  in >> tolerance >> bytes;
  std::string line;
  std::getline(in, line);
  std::int64_t run = 0;
  for (; std::getline(in, line); ++run) {
    std::vector<std::vector<float>> inputs;
    for (const InputSpec& input : network->inputs)
      inputs.push_back(numbers(element_count(network->values[static_cast<std::size_t>(input.value)].shape), run,
                               static_cast<std::int64_t>(inputs.size()), bytes));
    const Result<ReferenceResult> result = run_reference(*network, inputs);
    ASSERT_TRUE(result.ok()) << result.error().message();
    std::istringstream numbers_of(line);
    for (const OutputSpec& output : network->outputs) {
      float expected = 0;
      ASSERT_TRUE(numbers_of >> expected);
      EXPECT_NEAR(result->values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)],
                  expected, tolerance)
          << output.name << " in run " << run;
    }
  }
  EXPECT_EQ(run, 3);
  // What a quantizer wrote must come in as int8, not as real numbers that happen to be near.
  const std::string name = GetParam().stem().string();
  const bool int8 = std::ranges::any_of(network->weights, [](const Weight& w) { return w.storage == Storage::kI8; });
  EXPECT_EQ(int8, name.starts_with("static") || name == "dynamic");
}

INSTANTIATE_TEST_SUITE_P(Files, OnnxReference, ::testing::ValuesIn(models()),
                         [](const ::testing::TestParamInfo<fs::path>& instance) {
                           std::string name = instance.param.stem().string();
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace pitlane
