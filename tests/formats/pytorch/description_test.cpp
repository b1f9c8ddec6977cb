#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "formats/pytorch/formula.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Descriptions : public ::testing::Test {
 protected:
  Result<Network> import(const TorchFile& file, const std::string& description) {
    std::ofstream(directory_ / "net.pth", std::ios::binary) << file.zip();
    std::ofstream(directory_ / "net.yaml") << description;
    ImportOptions options;
    options.architecture = directory_ / "net.yaml";
    return import_network(directory_ / "net.pth", options);
  }

  /// Without the names of the files.
  std::string refusal(const TorchFile& file, const std::string& description) {
    const Result<Network> network = import(file, description);
    if (network.ok()) return "imported";
    std::string text = network.error().message();
    for (const char* name : {"net.pth: ", "net.yaml:"})
      if (const std::size_t at = text.find(name); at != text.npos) text.erase(0, at + std::string(name).size());
    return text;
  }

  std::vector<float> run(const TorchFile& file, const std::string& description,
                         const std::vector<std::vector<float>>& inputs) {
    const Result<Network> network = import(file, description);
    EXPECT_TRUE(network.ok()) << network.error().message();
    if (!network.ok()) return {};
    const Result<ReferenceResult> result = run_reference(*network, inputs);
    EXPECT_TRUE(result.ok()) << result.error().message();
    std::vector<float> outputs;
    for (const OutputSpec& output : network->outputs)
      outputs.push_back(
          result->values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)]);
    return outputs;
  }

 private:
  TemporaryDirectory directory_;
};

std::string with_input(const std::string& rest) { return "inputs: [{kind: picture, width: 4, height: 3}]\n" + rest; }

/// Picture 3x4x3 (H, W, C) whose element is its place in PyTorch's order (C, H, W).
std::vector<float> places() {
  std::vector<float> pixels;
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 4; ++x)
      for (int c = 0; c < 3; ++c) pixels.push_back(static_cast<float>((c * 3 + y) * 4 + x));
  return pixels;
}

TEST_F(Descriptions, LinearLayersSeeAPictureAsPyTorchFlattensIt) {
  TorchFile file;
  std::vector<float> selecting(72, 0);
  selecting[5] = 1;        // row 0 selects element 5
  selecting[36 + 31] = 1;  // row 1 selects element 31
  file.add("fc.weight", {2, 36}, selecting);
  EXPECT_THAT(run(file, with_input("layers: [{layer: flatten}, {layer: linear, weights: fc}]"), {places()}),
              ElementsAre(5, 31));
}

TEST_F(Descriptions, OutputsOfAFlattenedPictureKeepPyTorchsOrder) {
  TorchFile file;
  file.add("bn.running_mean", {3}, {0, 0, 0});
  file.add("bn.running_var", {3}, {1, 1, 1});
  const std::vector<float> outputs =
      run(file, with_input("layers: [{layer: batch_norm, weights: bn, epsilon: 0}, {layer: flatten}]"), {places()});
  ASSERT_EQ(outputs.size(), 36U);
  for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(outputs[i], static_cast<float>(i));
}

TEST_F(Descriptions, NumbersStandBesideThePicture) {
  TorchFile file;
  std::vector<float> weights(38, 0);
  weights[7] = 1;
  weights[36] = 100;   // the clamped speed
  weights[37] = 1000;  // the second command
  std::vector<float> third(38 + 1, 0);
  file.add("fc.weight", {1, 38}, weights);
  const std::string description =
      "inputs:\n"
      "  - {kind: picture, width: 4, height: 3}\n"
      "  - {kind: speed, scale: 0.025}\n"
      "  - {kind: command, size: 1}\n"
      "layers:\n"
      "  - {layer: flatten}\n"
      "  - {layer: clamp, from: speed}\n"
      "  - {layer: concat, from: [flatten, clamp, command]}\n"
      "  - {layer: linear, weights: fc}\n";
  for (const auto& [speed, clamped] : {std::pair{-0.5F, 0.F}, {0.F, 0.F}, {0.25F, 0.25F}, {1.F, 1.F}, {3.F, 1.F}})
    EXPECT_THAT(run(file, description, {places(), {speed}, {1}}), ElementsAre(7 + 100 * clamped + 1000)) << speed;
}

TEST_F(Descriptions, ClampsOfAnyRange) {
  TorchFile file;
  file.add("fc.weight", {1, 1}, {1});
  const std::string description =
      "inputs: [{kind: speed, scale: 1}]\nlayers: [{layer: clamp, low: -2, high: 6}, {layer: linear, weights: fc}]";
  for (const auto& [x, y] : {std::pair{-9.F, -2.F}, {-2.F, -2.F}, {1.5F, 1.5F}, {6.F, 6.F}, {8.F, 6.F}})
    EXPECT_NEAR(run(file, description, {{x}}).at(0), y, 1e-6) << x;
}

// PyTorch counts the padding's zeros in a mean.
TEST_F(Descriptions, AveragePoolsCountTheirPadding) {
  const TorchFile file = [] {
    TorchFile made;
    made.add("fc.weight", {1, 18}, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    return made;
  }();
  const std::vector<float> outputs =
      run(file,
          with_input("layers: [{layer: avg_pool, kernel: 2, padding: 1}, {layer: flatten}, "
                     "{layer: linear, weights: fc}]"),
          {std::vector<float>(36, 8)});
  EXPECT_THAT(outputs, ElementsAre(2));
}

TEST_F(Descriptions, LstmsBeginAtZeroOrRemember) {
  TorchFile file;
  file.add("rnn.weight_ih_l0", {4, 1}, {0.5F, 0.25F, 1, -0.5F});
  file.add("rnn.weight_hh_l0", {4, 1}, {9, 9, 9, 9});
  file.add("rnn.bias_ih_l0", {4}, {0.1F, 0.2F, 0.3F, 0.4F});
  file.add("rnn.bias_hh_l0", {4}, {0.01F, 0.02F, 0.03F, 0.04F});
  const std::string inputs = "inputs: [{kind: speed, scale: 1}]\n";
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double cell = sigmoid(0.5 * 2 + 0.11) * std::tanh(2 + 0.33);
  const double hidden = sigmoid(-0.5 * 2 + 0.44) * std::tanh(cell);
  EXPECT_NEAR(run(file, inputs + "layers: [{layer: lstm, weights: rnn}]", {{2}}).at(0), hidden, 1e-6);
  const Result<Network> remembering = import(file, inputs + "layers: [{layer: lstm, weights: rnn, remembers: true}]");
  ASSERT_TRUE(remembering.ok()) << remembering.error().message();
  EXPECT_EQ(remembering->states.size(), 2U);
}

TEST_F(Descriptions, ActivationsJoinTheLayerThatTheyAloneFollow) {
  TorchFile file;
  add_layer(file, "a", {2, 3, 1, 1});
  add_layer(file, "b", {2, 2, 1, 1});
  const Result<Network> network = import(
      file, with_input("layers:\n- {layer: conv, weights: a}\n- {layer: relu}\n- {layer: conv, weights: b}\n"
                       "- {layer: elu, alpha: 0.5}\n- {layer: add, from: [elu, relu]}\n- {layer: global_avg_pool}\n"));
  ASSERT_TRUE(network.ok()) << network.error().message();
  EXPECT_EQ(std::get<Conv2d>(network->nodes[0].op).activation, Activation::kRelu);
  EXPECT_EQ(std::get<Conv2d>(network->nodes[1].op).activation, Activation::kNone);
  EXPECT_EQ(std::get<Activate>(network->nodes[2].op).alpha, 0.5F);
}

TEST_F(Descriptions, MistakesAreNamedByLineAndLayer) {
  TorchFile file;
  add_layer(file, "fc", {2, 36});
  const std::string flat = "layers:\n- {layer: flatten}\n";
  EXPECT_EQ(refusal(file, with_input(flat + "- {layer: linear, weights: fcc}\n")),
            "4: layer 'fcc' (linear): the file has no weight 'fcc.weight'");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: linear, weights: fc}\n")),
            "3: layer 'fc' (linear): it reads a vector, the layer before makes a picture of 3x4x3; put flatten between "
            "them");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: conv, weights: fc}\n")),
            "3: layer 'fc' (conv): weight 'fc.weight' has shape 2x36, needs 4 dimensions");
  EXPECT_EQ(refusal(file, with_input(flat + "- {layer: dropout}\n")),
            "no layer reads 'fc.weight', 'fc.bias'; describe the layers that do, or name what is left under unused");
  EXPECT_EQ(refusal(file, with_input(flat + "unused: [fc]\n")), "imported");
  EXPECT_EQ(refusal(file, with_input(flat + "- {layer: linear, weights: fc, from: flat}\n")),
            "4: layer 'fc' (linear): it reads 'flat', which no input or layer before it is");
  EXPECT_EQ(refusal(file, with_input(flat + "- {layer: linear, weights: fc}\noutputs: [fd]\n")),
            "the output 'fd' is no layer");
  EXPECT_EQ(refusal(file, with_input(flat + "- {layer: linear, weights: fc, name: flatten}\n")),
            "4: layer 'flatten' (linear): another has that name");
  EXPECT_EQ(
      refusal(file, with_input(flat + "- {layer: relu, name: aside}\n- {layer: linear, weights: fc, from: flatten}\n")),
      "4: layer 'aside' (activation): nothing reads it");
  EXPECT_EQ(refusal(file, with_input(flat + "- {layer: add}\n")), "4: layer 'add' (add): it joins two or more, has 1");
  TorchFile conv;
  add_layer(conv, "c", {2, 5, 3, 3});
  EXPECT_THAT(refusal(conv, with_input("layers:\n- {layer: conv, weights: c}\n")), HasSubstr("3: layer 'c' (conv): "));
}

TEST_F(Descriptions, UnknownWordsAreNamed) {
  const TorchFile file = pilotnet_file();
  EXPECT_EQ(
      refusal(file, with_input("layers:\n- {layer: swish}\n")),
      "3: unknown layer 'swish'; known are conv, linear, batch_norm, embedding, lstm, conv_lstm, relu, relu6, elu, "
      "leaky_relu, tanh, sigmoid, hard_sigmoid, softmax, clamp, max_pool, avg_pool, global_avg_pool, flatten, "
      "dropout, concat, add, multiply");
  EXPECT_EQ(
      refusal(file, with_input("layers:\n- {layer: conv, weights: a, dilation: 2}\n")),
      "3: unknown key 'dilation' in a layer of kind conv; the keys are layer, name, from, weights, stride, padding, "
      "groups");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: conv}\n")),
            "3: a layer of kind conv needs 'weights:', what the names of its weights begin with");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: conv, weights: a, stride: -1}\n")),
            "3: stride must be a whole number from 1 to 1024");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: conv, weights: a, stride: [1, 2, 3]}\n")),
            "3: stride must be one number or [vertical, horizontal]");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: conv, weights: a, stride: 2, padding: same}\n")),
            "3: padding same goes with stride 1 alone");
  EXPECT_EQ(refusal(file, with_input("layers:\n- {layer: max_pool}\n")), "3: a pool needs its kernel");
  EXPECT_EQ(refusal(file, "inputs: [{kind: sonar}]\nlayers: [{layer: relu}]"),
            "1: unknown kind 'sonar'; known are picture, speed, command and light");
  EXPECT_EQ(refusal(file, "inputs: [{kind: speed}]\nlayers: [{layer: relu}]"),
            "1: a speed needs its scale: the network sees metres per second * scale");
  EXPECT_EQ(refusal(file, "inputs: [{kind: picture, width: 4}]\nlayers: [{layer: relu}]"),
            "1: a picture needs its width and height");
  EXPECT_EQ(refusal(file, "layers: [{layer: relu}]"), "1: the description has no inputs");
  EXPECT_THAT(refusal(file, "layers: [{layer: relu"), HasSubstr("not YAML"));
  EXPECT_THAT(refusal(file, std::string(3000, '[')), HasSubstr("nest too deep"));
}

}  // namespace
}  // namespace pitlane
