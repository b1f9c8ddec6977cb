#include "pitlane/measure/answer_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "network/small_network.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

class AnswerCheck : public ::testing::Test {
 protected:
  AnswerCheck() {
    Random random(7);
    const InputSpec& image = network_.inputs.front();
    picture_.resize(static_cast<std::size_t>(element_count(network_.values[image.value].shape)));
    for (std::uint8_t& byte : picture_) byte = static_cast<std::uint8_t>(random.index(256));
  }

  Status check(const Network& compiled, const Network& said) const {
    const auto session = compile(compiled).value()->new_session();
    const TensorView input{picture_.data(), picture_.size()};
    return check_answer(said, *session, {&input, 1});
  }

  Network network_ = small_network();
  std::vector<std::uint8_t> picture_;
};

TEST_F(AnswerCheck, TheEngineAnswersAsTheReference) {
  EXPECT_TRUE(check(network_, network_).ok());
  Network bytes = network_;
  for (Weight& weight : bytes.weights)
    if (weight.shape.size() >= 2) weight = quantize_i8(weight);
  const Status status = check(bytes, bytes);
  EXPECT_TRUE(status.ok()) << status.error().message();
}

// A sum that rounds to the neighbouring bfloat16 moves the outputs of this one by more than f32's bound: up to 0.0017
// in 300 pictures of the simulator.
TEST(AnswerCheckOfBfloat16, TakesARoundingThatFallsToTheOtherSide) {
  Network network = load_pit(PITLANE_SOURCE_DIR "/examples/pilotnet.pit").value();
  for (Weight& weight : network.weights)
    if (weight.shape.size() >= 2) weight = make_bf16_weight(weight.name, weight.shape, decode_f32(weight));
  const auto plan = compile(network).value();
  const auto session = plan->new_session();
  Random random(8);
  std::vector<std::uint8_t> picture(66 * 200 * 3);
  for (int k = 0; k < 20; ++k) {
    for (std::uint8_t& byte : picture) byte = static_cast<std::uint8_t>(random.index(256));
    const TensorView input{picture.data(), picture.size()};
    const Status status = check_answer(network, *session, {&input, 1});
    EXPECT_TRUE(status.ok()) << status.error().message();
  }
}

TEST_F(AnswerCheck, AnotherNetworksAnswerIsRefused) {
  Network other = network_;
  for (Weight& weight : other.weights) {
    std::vector<float> values = decode_f32(weight);
    for (float& v : values) v = v * 1.5F + 0.01F;
    weight = make_f32_weight(weight.name, weight.shape, values);
  }
  const Status status = check(other, network_);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("where the reference has"));
}

// Sessions take metres per second, graphs see them scaled.
TEST(AnswerCheckOfSpeed, TheReferenceSeesWhatTheSessionScales) {
  FamilyOptions options = small_options();
  options.preprocessing.width = options.preprocessing.height = 40;
  const Network network = find_family("deepest-lstm-tinypilotnet-v").value()->build(options).value();
  const auto session = compile(network).value()->new_session();
  const std::vector<std::uint8_t> picture(40 * 40 * 3, 60);
  const float speed = 17;
  const std::vector<TensorView> inputs = {{picture.data(), picture.size()}, {&speed, sizeof speed}};
  const Status status = check_answer(network, *session, inputs);
  EXPECT_TRUE(status.ok()) << status.error().message();
}

/// y = tanh(w [speeds, before]); what comes next sees it.
Network remembering(float w) {
  NetworkBuilder b("remembering");
  const ValueId speeds = b.vector("speed", InputKind::kSpeed, 2, 0.1F, {0, 4});
  const ValueId before = b.state("before", {2});
  Dense op;
  op.weight = b.weight(make_f32_weight("w", {2, 4}, {0.3F, -0.2F, w, 0.1F, 0.5F, 0.4F, -0.3F, w}));
  op.activation = Activation::kTanh;
  const ValueId after = b.add("dense", op, {b.add("join", Concat{}, {speeds, before})});
  b.remember(before, after);
  b.output({.name = "y", .unit = "1", .low = 0, .high = 1, .value = after});
  return std::move(b).build().value();
}

TEST(AnswerCheckOfMemory, SpeedsAreScaledAndLaterRunsCount) {
  const float speeds[] = {8, 11};
  const TensorView input{speeds, sizeof speeds};
  const auto session = compile(remembering(0.7F)).value()->new_session();
  for (int again = 0; again < 2; ++again) {  // leaves the memory reset
    const Status status = check_answer(remembering(0.7F), *session, {&input, 1});
    EXPECT_TRUE(status.ok()) << status.error().message();
  }
  EXPECT_FALSE(check_answer(remembering(0.6F), *session, {&input, 1}).ok()) << "differs from the second run on";
}

}  // namespace
}  // namespace pitlane
