#include "pitlane/driver/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "pitlane/network/builder.h"

namespace pitlane {
namespace {

// Gives back what it was shown: output 0 is the first byte, output 1 the channel `probe`.
class EchoSession : public Session {
 public:
  EchoSession(Shape input, Shape output)
      : inputs_{{"camera", std::move(input), ElementType::kU8}},
        outputs_{{"y", std::move(output), ElementType::kF32}} {}
  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  RunStatus run(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs) noexcept override {
    const auto* bytes = static_cast<const std::uint8_t*>(inputs[0].data);
    auto* y = static_cast<float*>(outputs[0].data);
    y[0] = bytes[0] / 255.F;
    y[1] = poison ? std::numeric_limits<float>::quiet_NaN() : bytes[probe] / 255.F;
    return fail ? RunStatus::kRuntimeFailed : RunStatus::kOk;
  }
  void reset() noexcept override { ++resets; }
  std::string description() const override { return "echo"; }

  std::size_t probe = 1;
  bool poison = false, fail = false;
  int resets = 0;

 private:
  std::vector<TensorSpec> inputs_, outputs_;
};

Network network_with_frames(int frames) {
  NetworkBuilder builder("echo");
  Preprocessing p;
  p.source_width = p.width = 2;
  p.source_height = p.height = 1;
  p.crop = {0, 0, 2, 1};
  p.frames = frames;
  const ValueId image = builder.image("camera", p);
  const int size = 2 * 3 * frames;
  Dense dense;
  dense.weight =
      builder.weight(make_f32_weight("w", {2, size}, std::vector<float>(2 * static_cast<std::size_t>(size))));
  const ValueId y = builder.add("d", dense, {builder.add("f", Flatten{}, {image})});
  builder.output({"v", "m/s", 0, 10, y, 0});
  builder.output({"w", "rad/s", -1, 1, y, 1});
  return std::move(builder).build().value();
}

struct EchoDriver {
  explicit EchoDriver(int frames = 1) {
    auto session = std::make_unique<EchoSession>(Shape{1, 2, 3 * frames}, Shape{2});
    echo = session.get();
    driver = Driver::create(network_with_frames(frames), std::move(session)).value();
  }
  StepStatus step(std::uint8_t level, double time_s) {
    const std::vector<std::uint8_t> bytes(6, level);
    const ImageView frame{bytes.data(), 2, 1, 6, PixelFormat::kRgb};
    return driver->step({{&frame, 1}, time_s, 0, 0}, outputs);
  }
  EchoSession* echo = nullptr;
  std::unique_ptr<Driver> driver;
  Outputs outputs;
};

TEST(Driver, ScalesOutputsToTheirRanges) {
  EchoDriver s;
  ASSERT_EQ(s.step(255, 0), StepStatus::kOk);
  EXPECT_DOUBLE_EQ(s.outputs.find("v")->value, 10);
  EXPECT_DOUBLE_EQ(s.outputs.find("w")->value, 1);
  EXPECT_EQ(s.outputs.find("w")->unit, "rad/s");
  EXPECT_EQ(s.outputs.find("brake"), nullptr);
}

TEST(Driver, TimeMayNotGoBackUntilReset) {
  EchoDriver s;
  ASSERT_EQ(s.step(1, 5), StepStatus::kOk);
  EXPECT_EQ(s.step(1, 4.9), StepStatus::kTimeWentBack);
  EXPECT_EQ(s.step(1, std::numeric_limits<double>::quiet_NaN()), StepStatus::kTimeWentBack);
  EXPECT_TRUE(s.outputs.items().empty());
  s.driver->reset();
  EXPECT_EQ(s.step(1, 0), StepStatus::kOk);
  EXPECT_EQ(s.echo->resets, 1);
}

TEST(Driver, NeverGivesASilentCommand) {
  EchoDriver s;
  s.echo->poison = true;
  EXPECT_EQ(s.step(1, 0), StepStatus::kRunFailed);
  EXPECT_TRUE(s.outputs.items().empty());
  s.echo->poison = false;
  s.echo->fail = true;
  EXPECT_EQ(s.step(1, 1), StepStatus::kRunFailed);
  EXPECT_TRUE(s.outputs.items().empty());
}

TEST(Driver, WrongFramesAreRefused) {
  EchoDriver s;
  const std::vector<std::uint8_t> bytes(12);
  const ImageView wide{bytes.data(), 4, 1, 12, PixelFormat::kRgb};
  EXPECT_EQ(s.driver->step({{&wide, 1}, 0, 0, 0}, s.outputs), StepStatus::kWrongFrame);
  EXPECT_EQ(s.driver->step({{}, 0, 0, 0}, s.outputs), StepStatus::kWrongFrame);
}

TEST(Driver, KeepsHistoryNewestFirstAndForgetsItOnReset) {
  EchoDriver s(3);
  s.echo->probe = 3;  // first channel of the frame before
  ASSERT_EQ(s.step(51, 0), StepStatus::kOk);
  EXPECT_NEAR(s.outputs.find("w")->value, -1 + 2 * 0.2, 1e-6);  // an empty history holds the first frame
  ASSERT_EQ(s.step(255, 1), StepStatus::kOk);
  EXPECT_NEAR(s.outputs.find("v")->value, 10, 1e-6);
  EXPECT_NEAR(s.outputs.find("w")->value, -1 + 2 * 0.2, 1e-6);
  s.echo->probe = 6;  // two frames back
  ASSERT_EQ(s.step(102, 2), StepStatus::kOk);
  EXPECT_NEAR(s.outputs.find("w")->value, -1 + 2 * 0.2, 1e-6);
  s.driver->reset();
  ASSERT_EQ(s.step(102, 0), StepStatus::kOk);
  EXPECT_NEAR(s.outputs.find("w")->value, -1 + 2 * 0.4, 1e-6);
}

TEST(Driver, SessionOfAnotherSizeIsRefused) {
  auto session = std::make_unique<EchoSession>(Shape{1, 5, 3}, Shape{2});
  EXPECT_THAT(Driver::create(network_with_frames(1), std::move(session)).error().message(),
              ::testing::HasSubstr("input 'camera' has shape 1x2x3, its runtime expects 1x5x3"));
}

}  // namespace
}  // namespace pitlane
