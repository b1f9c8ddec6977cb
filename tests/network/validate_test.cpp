#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "network/small_network.h"

namespace pitlane {
namespace {

struct Fault {
  const char* name;
  std::function<void(Network&)> make;
  const char* message;
};

class Validate : public ::testing::TestWithParam<Fault> {};

TEST_P(Validate, NamesTheFault) {
  Network network = small_network();
  ASSERT_TRUE(validate(network).ok());
  GetParam().make(network);
  const Status status = validate(network);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), ::testing::HasSubstr(GetParam().message));
}

const Fault kFaults[] = {
    {"DuplicateOutput", [](Network& n) { n.outputs[1].name = "v"; }, "output 'v' is named twice"},
    {"EmptyRange", [](Network& n) { n.outputs[0].high = n.outputs[0].low; },
     "needs a finite range with high above low"},
    {"NoOutputs", [](Network& n) { n.outputs.clear(); }, "there is no output"},
    {"OutputElement", [](Network& n) { n.outputs[0].element = 2; }, "is element 2 of a value of shape 2"},
    {"NanWeight",
     [](Network& n) { n.weights[4] = make_f32_weight("bad", {1}, {std::numeric_limits<float>::quiet_NaN()}); },
     "weight 'bad' holds NaN"},
    {"WrongInputSize", [](Network& n) { n.inputs[0].preprocessing.width = 100; },
     "has shape 66x200x3, its preprocessing makes 66x100x3"},
    {"CropOutside", [](Network& n) { n.inputs[0].preprocessing.crop.y = 300; },
     "does not lie inside the source 640x480"},
    {"CropOverflow", [](Network& n) { n.inputs[0].preprocessing.crop.x = std::numeric_limits<int>::max(); },
     "does not lie inside the source"},
    {"UseBeforeMade", [](Network& n) { std::swap(n.nodes[1], n.nodes[2]); }, "before it is made"},
    {"ValueOutOfRange", [](Network& n) { n.nodes[0].output = 999; }, "names value 999, which does not exist"},
    {"WeightOutOfRange", [](Network& n) { std::get<Conv2d>(n.nodes[1].op).weight = 99; }, "weight is missing"},
    {"ZeroStride", [](Network& n) { std::get<Conv2d>(n.nodes[1].op).stride_h = 0; }, "stride must be 1 to 1024"},
    {"BrokenQuantization",
     [](Network& n) {
       n.values[1].quantization = {0.F, 300};
     },
     "has a broken quantisation"},
    {"ShortData", [](Network& n) { n.weights[5].data = SharedBytes(std::vector<std::byte>(3)); },
     "has 3 bytes, its shape needs"},
    {"Int8BeyondItsRange",
     [](Network& n) {
       n.weights[4] = make_i8_weight("bytes", {2, 2}, {-127, 127, -128, 0}, {1, 1});
     },
     "weight 'bytes' holds the int8 value -128; the smallest is -127"},
    {"NegativeVariance",
     [](Network& n) {
       const WeightId variance = std::get<BatchNorm>(n.nodes[0].op).variance;
       n.weights[variance] = make_f32_weight("variance", {3}, {1, -0.5F, 1});
     },
     "BatchNorm 'norm': variance + epsilon of channel 1 is not positive"},
    {"VarianceAndEpsilonOfZero",
     [](Network& n) {
       auto& norm = std::get<BatchNorm>(n.nodes[0].op);
       norm.epsilon = 0;
       n.weights[norm.variance] = make_f32_weight("variance", {3}, {1, 1, 0});
     },
     "BatchNorm 'norm': variance + epsilon of channel 2 is not positive"},
    {"MissingScales", [](Network& n) { n.weights[4].storage = Storage::kI8; }, "bytes, its shape needs"},
};

INSTANTIATE_TEST_SUITE_P(Faults, Validate, ::testing::ValuesIn(kFaults),
                         [](const auto& fault) { return std::string(fault.param.name); });

TEST(Validate, TheLimitsThemselvesAreFine) {
  Network network = small_network();
  network.weights.push_back(make_i8_weight("bytes", {1, 2}, {-127, 127}, {1}));  // of no node
  auto& norm = std::get<BatchNorm>(network.nodes[0].op);
  norm.epsilon = 0.5F;
  network.weights[norm.variance] = make_f32_weight("variance", {3}, {0, 1e-6F, -0.25F});
  EXPECT_TRUE(validate(network).ok()) << validate(network).error().message();
}

TEST(Validate, ListsSeveralFaultsAtOnce) {
  Network network = small_network();
  network.outputs[0].element = 7;
  network.outputs[1].high = -100;
  const std::string message = validate(network).error().message();
  EXPECT_THAT(message, ::testing::HasSubstr("is element 7"));
  EXPECT_THAT(message, ::testing::HasSubstr("needs a finite range"));
}

}  // namespace
}  // namespace pitlane
