#include "pitlane/measure/answer_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "network/small_network.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"

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

}  // namespace
}  // namespace pitlane
