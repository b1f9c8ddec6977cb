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
  for (const std::ptrdiff_t stride : {5, 0, -6}) {  // rows of six bytes
    const ImageView narrow{bytes.data(), 2, 1, stride, PixelFormat::kRgb};
    EXPECT_EQ(s.driver->step({{&narrow, 1}, 0, 0, 0}, s.outputs), StepStatus::kWrongFrame) << stride;
  }
  const ImageView grey{bytes.data(), 2, 1, 6, PixelFormat::kGrey};
  EXPECT_EQ(s.driver->step({{&grey, 1}, 0, 0, 0}, s.outputs), StepStatus::kWrongFrame);
  EXPECT_TRUE(s.outputs.items().empty());
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

// Notes what it was shown.
class NotingSession : public Session {
 public:
  explicit NotingSession(const Network& network) {
    for (const InputSpec& input : network.inputs)
      inputs_.push_back({input.name, network.values[static_cast<std::size_t>(input.value)].shape,
                         input.kind == InputKind::kImage ? ElementType::kU8 : ElementType::kF32});
    outputs_.push_back({"y", {1}, ElementType::kF32});
  }
  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  RunStatus run(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs) noexcept override {
    shown.clear();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      std::vector<int>& numbers = shown.emplace_back();
      if (inputs_[i].type == ElementType::kU8) {
        const auto* bytes = static_cast<const std::uint8_t*>(inputs[i].data);
        numbers.assign(bytes, bytes + inputs[i].size_bytes);
      } else {
        const auto* floats = static_cast<const float*>(inputs[i].data);
        numbers.assign(floats, floats + inputs[i].size_bytes / sizeof(float));
      }
    }
    *static_cast<float*>(outputs[0].data) = 0;
    return RunStatus::kOk;
  }
  void reset() noexcept override {}
  std::string description() const override { return "notes"; }

  std::vector<std::vector<int>> shown;  // by input

 private:
  std::vector<TensorSpec> inputs_, outputs_;
};

// One grey pixel at three ages, speeds at two others, a command and a light.
Network looking_back() {
  NetworkBuilder builder("looking-back");
  Preprocessing p;
  p.source_width = p.width = p.source_height = p.height = 1;
  p.crop = {0, 0, 1, 1};
  p.format = PixelFormat::kGrey;
  p.scale = {1}, p.offset = {0};
  p.frames = 3;
  ValueId x = builder.add("f", Flatten{}, {builder.image("camera", p, {4, 0, 1})});
  for (const ValueId more :
       {builder.vector("speed", InputKind::kSpeed, 2, 1, {2, 0}), builder.vector("command", InputKind::kCommand, 4),
        builder.vector("light", InputKind::kLight, 3)})
    x = builder.add("join" + std::to_string(more), Concat{}, {x, more});
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("w", {1, 12}, std::vector<float>(12)));
  builder.output({"v", "m/s", 0, 10, builder.add("d", dense, {x}), 0});
  return std::move(builder).build().value();
}

struct LookingBack {
  LookingBack() {
    const Network network = looking_back();
    auto session = std::make_unique<NotingSession>(network);
    notes = session.get();
    driver = Driver::create(network, std::move(session)).value();
  }
  StepStatus step(int time, double speed_mps, int command = 0, int light = 0) {
    const auto grey = static_cast<std::uint8_t>(time);
    const ImageView frame{&grey, 1, 1, 1, PixelFormat::kGrey};
    return driver->step({{&frame, 1}, static_cast<double>(time), speed_mps, command, light}, outputs);
  }
  NotingSession* notes = nullptr;
  std::unique_ptr<Driver> driver;
  Outputs outputs;
};

TEST(Driver, ShowsFramesAndSpeedsInTheOrderOfTheirAges) {
  LookingBack s;
  for (int time = 10; time < 20; ++time) ASSERT_EQ(s.step(time, 2 * time), StepStatus::kOk);
  EXPECT_THAT(s.notes->shown[0], ::testing::ElementsAre(15, 19, 18));
  EXPECT_THAT(s.notes->shown[1], ::testing::ElementsAre(34, 38));
}

TEST(Driver, TheFirstObservationStandsInUntilThereAreOthersAndAfterEachReset) {
  LookingBack s;
  for (const int begin : {10, 100}) {
    s.driver->reset();
    ASSERT_EQ(s.step(begin, begin), StepStatus::kOk);
    EXPECT_THAT(s.notes->shown[0], ::testing::ElementsAre(begin, begin, begin));
    EXPECT_THAT(s.notes->shown[1], ::testing::ElementsAre(begin, begin));
    ASSERT_EQ(s.step(begin + 1, begin + 1), StepStatus::kOk);
    ASSERT_EQ(s.step(begin + 2, begin + 2), StepStatus::kOk);
    EXPECT_THAT(s.notes->shown[0], ::testing::ElementsAre(begin, begin + 2, begin + 1));
    ASSERT_EQ(s.step(begin + 3, begin + 3), StepStatus::kOk);
    EXPECT_THAT(s.notes->shown[1], ::testing::ElementsAre(begin + 1, begin + 3));
  }
}

TEST(Driver, CommandAndLightAreOneHot) {
  LookingBack s;
  ASSERT_EQ(s.step(1, 0, 2, 1), StepStatus::kOk);
  EXPECT_THAT(s.notes->shown[2], ::testing::ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(s.notes->shown[3], ::testing::ElementsAre(0, 1, 0));
}

// What is refused leaves no trace in the history.
TEST(Driver, RefusesStatesThatTheNetworkDoesNotKnow) {
  LookingBack s;
  ASSERT_EQ(s.step(1, 5), StepStatus::kOk);
  EXPECT_EQ(s.step(2, 6, 4), StepStatus::kWrongState);
  EXPECT_EQ(s.step(2, 6, -1), StepStatus::kWrongState);
  EXPECT_EQ(s.step(2, 6, 0, 3), StepStatus::kWrongState);
  EXPECT_EQ(s.step(2, std::numeric_limits<double>::quiet_NaN()), StepStatus::kWrongState);
  EXPECT_TRUE(s.outputs.items().empty());
  ASSERT_EQ(s.step(3, 7), StepStatus::kOk);
  EXPECT_THAT(s.notes->shown[0], ::testing::ElementsAre(1, 3, 1));
  EXPECT_THAT(s.notes->shown[1], ::testing::ElementsAre(5, 7));
}

TEST(Driver, SessionOfAnotherSizeIsRefused) {
  auto session = std::make_unique<EchoSession>(Shape{1, 5, 3}, Shape{2});
  EXPECT_THAT(Driver::create(network_with_frames(1), std::move(session)).error().message(),
              ::testing::HasSubstr("input 'camera' has shape 1x2x3, its runtime expects 1x5x3"));
}

}  // namespace
}  // namespace pitlane
