#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "formats/pytorch/formula.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// What PyTorch computed: references/make_pytorch.py wrote it.
std::vector<std::vector<float>> stored(const std::string& family) {
  std::ifstream in(PITLANE_SOURCE_DIR "/tests/formats/references/pytorch.txt");
  std::vector<std::vector<float>> outputs;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    std::size_t number = 0;
    words >> name >> number;
    if (name != family) continue;
    EXPECT_EQ(number, outputs.size());
    outputs.emplace_back();
    for (float value = 0; words >> value;) outputs.back().push_back(value);
  }
  return outputs;
}

/// As families.py's picture and beside_of.
std::vector<std::vector<float>> inputs_of(const Network& network, int number) {
  std::vector<std::vector<float>> inputs;
  int camera = 0, place = 0;
  for (const InputSpec& input : network.inputs) {
    const Shape& shape = network.values.at(static_cast<std::size_t>(input.value)).shape;
    if (input.kind == InputKind::kImage) {
      inputs.push_back(formula_picture(shape, number, camera++));
      continue;
    }
    std::vector<float> values(static_cast<std::size_t>(shape[0]), 0);
    if (input.kind == InputKind::kSpeed) {
      values[0] = static_cast<float>(number * 0.4 - 0.3);
    } else {
      values[static_cast<std::size_t>(number + place) % values.size()] = 1;
    }
    ++place;
    inputs.push_back(std::move(values));
  }
  return inputs;
}

class Families : public ::testing::Test {
 protected:
  fs::path write(const std::string& bytes) {
    std::ofstream(directory_ / "net.pth", std::ios::binary) << bytes;
    return directory_ / "net.pth";
  }

  Result<Network> import(const TorchFile& file, const ImportOptions& options = {}) {
    return import_network(write(file.zip()), options);
  }

  std::string refusal(const TorchFile& file, const ImportOptions& options = {}) {
    const Result<Network> network = import(file, options);
    if (network.ok()) return "imported";
    const std::string& text = network.error().message();
    const std::string prefix = (directory_ / "net.pth").string() + ": ";
    EXPECT_TRUE(text.starts_with(prefix)) << text;
    return text.substr(prefix.size());
  }

  static void compare(const Network& network, const std::string& family) {
    const std::vector<std::vector<float>> expected = stored(family);
    ASSERT_FALSE(expected.empty()) << family;
    for (std::size_t number = 0; number < expected.size(); ++number) {
      const Result<ReferenceResult> result = run_reference(network, inputs_of(network, static_cast<int>(number)));
      ASSERT_TRUE(result.ok()) << result.error().message();
      ASSERT_EQ(network.outputs.size(), expected[number].size());
      for (std::size_t i = 0; i < network.outputs.size(); ++i) {
        const OutputSpec& output = network.outputs[i];
        const float value =
            result->values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)];
        EXPECT_NEAR(value, expected[number][i], 2e-5) << family << ", input " << number << ", " << output.name;
      }
    }
  }

  void holds(const TorchFile& file, const std::string& family) {
    const Result<Network> network = import(file);
    ASSERT_TRUE(network.ok()) << network.error().message();
    compare(*network, family);
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(Families, PilotNetComputesWhatPyTorchDoes) { holds(pilotnet_file(), "pilotnet"); }
TEST_F(Families, PilotNetStackedComputesWhatPyTorchDoes) {
  holds(pilotnet_file(9, {36, 48, 64, 80, 80}), "pilotnet-stacked");
}
TEST_F(Families, DeepestLstmTinyPilotNetComputesWhatPyTorchDoes) { holds(tiny_file(3, 440, 2), "deepest-lstm"); }
TEST_F(Families, PilotNetOneHotComputesWhatPyTorchDoes) { holds(tiny_file(6, 6729, 3), "one-hot"); }
TEST_F(Families, PilotNetOneHotNoLightComputesWhatPyTorchDoes) { holds(tiny_file(6, 6725, 3), "one-hot-no-light"); }
TEST_F(Families, PilotNetEmbeddingNoLightComputesWhatPyTorchDoes) {
  holds(tiny_file(6, 6726, 2, true), "embedding-no-light");
}
TEST_F(Families, DeepPilotComputesWhatPyTorchDoes) { holds(deep_pilot_file(), "deep-pilot"); }

// The same weights in a file from before PyTorch 1.6 and behind what wrappers put before names.
TEST_F(Families, AreKnownInEveryWrapping) {
  TorchFile file = tiny_file(3, 440, 2);
  const Result<Network> plain = import(file);
  ASSERT_TRUE(plain.ok()) << plain.error().message();
  const Result<Network> old = import_network(write(file.legacy()));
  ASSERT_TRUE(old.ok()) << old.error().message();
  EXPECT_EQ(content_hash(*old), content_hash(*plain));
  for (TorchTensor& tensor : file.tensors) tensor.name = "net." + tensor.name;
  const std::string checkpoint = whole_pickle("}" + pickled("state_dict") + file.state_dict() + "s");
  const Result<Network> wrapped = import_network(write(file.zip(checkpoint)));
  ASSERT_TRUE(wrapped.ok()) << wrapped.error().message();
  EXPECT_EQ(content_hash(*wrapped), content_hash(*plain));
}

TEST_F(Families, SayWhatTheyAssume) {
  const Result<Network> network = import(tiny_file(6, 6729, 3));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->name, "pilotnet-one-hot");
  ASSERT_EQ(network->inputs.size(), 5U);
  EXPECT_EQ(network->inputs[0].preprocessing.width, 288);
  EXPECT_EQ(network->inputs[0].preprocessing.height, 200);
  EXPECT_EQ(network->inputs[2].kind, InputKind::kSpeed);
  EXPECT_FLOAT_EQ(network->inputs[2].scale, 0.09F);
  EXPECT_EQ(network->inputs[3].kind, InputKind::kCommand);
  EXPECT_EQ(network->inputs[4].kind, InputKind::kLight);
  EXPECT_EQ(network->outputs[1].name, "steer");
  EXPECT_EQ(network->outputs[1].low, -1);
  EXPECT_THAT(network->metadata.at("assumed of the network"), HasSubstr("speed in km/h / 40, at most 1"));
  EXPECT_EQ(network->metadata.at("source"), "PyTorch net.pth");
}

TEST_F(Families, TakeTheUsersWordForThePicture) {
  ImportOptions options;
  options.image.width = options.image.height = 240;
  const Result<Network> network = import(tiny_file(6, 6729, 3), options);
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->name, "deepest-lstm-tiny-pilotnet-speed");
  ASSERT_EQ(network->inputs.size(), 3U);
  EXPECT_FLOAT_EQ(network->inputs[2].scale, 1 / 40.F);

  options.image.width = 66;
  options.image.height = 200;
  const Result<Network> upright = import(pilotnet_file(), options);
  ASSERT_TRUE(upright.ok()) << upright.error().message();
  EXPECT_EQ(upright->inputs[0].preprocessing.width, 66);
}

TEST_F(Families, TwoOutputsOfOneHotAreCombinedControl) {
  const Result<Network> network = import(tiny_file(6, 6729, 2));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->outputs[0].name, "combined");
  EXPECT_EQ(network->outputs[0].low, -1);
  EXPECT_EQ(network->outputs[1].name, "steer");
}

TEST_F(Families, StackedFramesGoFromTheOldestToTheNewest) {
  const Result<Network> network = import(pilotnet_file(9, {36, 48, 64, 80, 80}));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(network->inputs[0].preprocessing.frames, 3);
  EXPECT_THAT(network->inputs[0].ages, ElementsAre(2, 1, 0));
}

TEST_F(Families, SizesThatDoNotFitAreSaid) {
  TorchFile file = tiny_file(3, 441, 2);
  EXPECT_EQ(
      refusal(file),
      "its first linear layer reads 441 numbers, which pictures of 100x50 or 150x50 or 288x200 do not give; say how "
      "large the picture is that the network sees: --picture WIDTHxHEIGHT");
  ImportOptions options;
  options.image.width = options.image.height = 10;
  EXPECT_THAT(refusal(pilotnet_file(), options), HasSubstr("reads 1152 numbers, which pictures of 10x10 do not give"));
  file = pilotnet_file();
  file.tensors[file.tensors.size() - 4].sizes = {10};
  file.tensors[file.tensors.size() - 4].strides = {1};
  EXPECT_EQ(refusal(file), "layer 'fc_4' (linear): weight 'fc_4.weight' has shape 10, needs 2 dimensions");
  file = pilotnet_file();
  file.add("aux.weight", {2}, {1, 2});
  EXPECT_EQ(refusal(file),
            "no layer reads 'aux.weight'; describe the layers that do, or name what is left under unused");
  EXPECT_EQ(refusal(pilotnet_file(7)), "pictures of 7 channels are no whole number of frames");
}

TEST_F(Families, BrokenWeightsAreNamedWithTheirLayer) {
  TorchFile file = pilotnet_file();
  file.storages[5].second.replace(16, 4, bytes_of(std::vector{std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_THAT(refusal(file), HasSubstr("layer 'cn_1' (conv): weight 'cn_1.weight': element 4 is NaN, infinite"));
}

TEST_F(Families, UnknownNamesAskForADescription) {
  TorchFile file;
  file.add("features.0.weight", {1, 3, 3, 3}, std::vector<float>(27, 1));
  EXPECT_EQ(refusal(file),
            "its weights (features.0.weight) are of no known family, and a state dict says neither strides nor "
            "activations; describe the layers with --architecture FILE, see docs/formats/pytorch.md");
}

TEST_F(Families, TheRealFileComputesWhatPyTorchDoes) {
  const char* root = std::getenv("PITLANE_TEST_DATA");
  const fs::path folder = root != nullptr ? fs::path(root) : fs::path(PITLANE_SOURCE_DIR "/../shared/data");
  const fs::path file = folder / "jderobot/pilotnet_v8.0.pth";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is missing";
  const Result<Network> network = import_network(file);
  ASSERT_TRUE(network.ok()) << network.error().message();
  compare(*network, "pilotnet_v8.0");
}

}  // namespace
}  // namespace pitlane
