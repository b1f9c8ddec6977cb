// A network must learn from what it will see: batches of training and the driver's inputs, bit by bit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "pitlane/data/dataset_builder.h"
#include "pitlane/driver/driver.h"
#include "pitlane/network/families.h"
#include "pitlane/train/batches.h"
#include "synthetic.h"

namespace pitlane {
namespace {

// Keeps the bytes that it was shown last.
class Eye : public Session {
 public:
  explicit Eye(const Network& network) {
    for (const InputSpec& input : network.inputs)
      inputs_.push_back({input.name, network.values[static_cast<std::size_t>(input.value)].shape,
                         input.kind == InputKind::kImage ? ElementType::kU8 : ElementType::kF32});
    outputs_.push_back({"y", {2}, ElementType::kF32});
  }
  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  RunStatus run(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs) noexcept override {
    shown.clear();
    for (const TensorView& view : inputs) {
      const auto* bytes = static_cast<const std::byte*>(view.data);
      shown.emplace_back(bytes, bytes + view.size_bytes);
    }
    std::memset(outputs[0].data, 0, outputs[0].size_bytes);
    return RunStatus::kOk;
  }
  void reset() noexcept override {}
  std::string description() const override { return "eye"; }
  std::vector<std::vector<std::byte>> shown;

 private:
  std::vector<TensorSpec> inputs_, outputs_;
};

struct Moment {
  std::vector<std::uint8_t> frame;  // RGB, as the camera gave it
  SampleState state;
};

// Three drives of 14 moments.
std::vector<Moment> moments(const Preprocessing& p) {
  Random random(5);
  std::vector<Moment> out;
  for (int i = 0; i < 42; ++i) {
    Moment& moment = out.emplace_back();
    moment.frame.resize(static_cast<std::size_t>(p.source_width) * static_cast<std::size_t>(p.source_height) * 3);
    for (auto& byte : moment.frame) byte = static_cast<std::uint8_t>(random.next());
    moment.state = {static_cast<float>(random.uniform(0, 20)), static_cast<int>(random.index(4)),
                    static_cast<int>(random.index(4)), i / 14};
  }
  return out;
}

ImageView view_of(const Moment& moment, const Preprocessing& p) {
  return {moment.frame.data(), p.source_width, p.source_height, std::ptrdiff_t{3} * p.source_width, PixelFormat::kRgb};
}

Dataset recorded(const Network& network, const std::vector<Moment>& drive) {
  const Preprocessing& p = image_input(network).value()->preprocessing;
  FrameResizer resizer = FrameResizer::create(p).value();
  DatasetBuilder builder = DatasetBuilder::create(p, network.outputs, needs_of(network)).value();
  std::vector<std::uint8_t> picture(resizer.output_bytes());
  for (std::size_t i = 0; i < drive.size(); ++i) {
    EXPECT_TRUE(resizer.run(view_of(drive[i], p), picture));
    const auto x = static_cast<float>(i % 9);
    builder.add(picture, std::vector<float>{x, x / 10}, 0, drive[i].state);
  }
  return std::move(builder).finish().value();
}

// What a session's graph sees of the bytes: by input, in the layout of batches.
std::vector<float> seen(const Network& network, const Eye& eye, std::size_t input) {
  const InputSpec& spec = network.inputs[input];
  const std::vector<std::byte>& bytes = eye.shown[input];
  std::vector<float> out;
  if (spec.kind != InputKind::kImage) {
    out.resize(bytes.size() / sizeof(float));
    std::memcpy(out.data(), bytes.data(), bytes.size());
    if (spec.kind == InputKind::kSpeed)
      for (float& speed : out) speed *= spec.scale;
    return out;
  }
  const Preprocessing& p = spec.preprocessing;
  const std::size_t channels = p.scale.size() * static_cast<std::size_t>(p.frames);
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t i = c; i < bytes.size(); i += channels)
      out.push_back(static_cast<float>(bytes[i]) * p.scale[c % p.scale.size()] + p.offset[c % p.scale.size()]);
  return out;
}

class SameView : public ::testing::TestWithParam<std::size_t> {};

TEST_P(SameView, InBatchesAndAtTheWheel) {
  FamilyOptions options;
  Preprocessing& p = options.preprocessing;
  p = {96, 80, {8, 4, 85, 74}, 70, 66, PixelFormat::kBgr, {0.01F, 0.02F, 0.03F}, {-1, 0, 0.5F}, 1};
  options.outputs = testing::tiny_outputs();
  options.lights = 4;
  const Network network = families()[GetParam()].build(options).value();
  const std::vector<Moment> drive = moments(p);
  const Dataset dataset = recorded(network, drive);
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();

  auto session = std::make_unique<Eye>(network);
  const Eye& eye = *session;
  const auto driver = Driver::create(network, std::move(session)).value();
  Outputs outputs;
  for (std::size_t i = 0; i < drive.size(); ++i) {
    if (i > 0 && drive[i].state.drive != drive[i - 1].state.drive) driver->reset();
    const ImageView frame = view_of(drive[i], p);
    const SampleState& state = drive[i].state;
    const Observation observation{{&frame, 1}, static_cast<double>(i), state.speed_mps, state.command, state.light};
    ASSERT_EQ(driver->step(observation, outputs), StepStatus::kOk);
    const BatchBuffer batch = plain_batch(inputs, std::vector<std::int64_t>{static_cast<std::int64_t>(i)});
    for (std::size_t k = 0; k < network.inputs.size(); ++k) {
      const bool image = network.inputs[k].kind == InputKind::kImage;
      ASSERT_EQ(image ? batch.pictures : batch.numbers[k], seen(network, eye, k)) << "moment " << i << ", input " << k;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, SameView, ::testing::Range<std::size_t>(0, families().size()),
                         [](const ::testing::TestParamInfo<std::size_t>& tested) {
                           std::string name = families()[tested.param].name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

// All frames of a history are mirrored, moved and darkened alike: those of one still scene stay alike.
TEST(Augmentation, VariesAHistoryAlike) {
  FamilyOptions options;
  options.preprocessing = testing::tiny_preprocessing(70, 66);
  options.outputs = testing::tiny_outputs();
  const Network network = find_family("pilotnet-stacked").value()->build(options).value();
  Dataset dataset = testing::noise_for(network, 8, 1);
  for (std::size_t i = 0; i < 8; ++i)
    std::copy_n(dataset.pictures.begin(), dataset.picture_bytes(),
                dataset.pictures.begin() + static_cast<std::ptrdiff_t>(i * dataset.picture_bytes()));
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  AugmentationOptions augmentation;
  augmentation.shift_x_px = 5;
  augmentation.shift_y_px = 3;
  EpochBatches batches(inputs, augmentation, single_windows(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}), 8, 1,
                       1);
  const BatchBuffer batch = batches.next();
  const std::size_t frame = dataset.picture_bytes();
  std::map<std::vector<float>, int> kinds;
  for (std::size_t s = 0; s < 8; ++s) {
    const auto at = [&](std::size_t k) { return std::span(batch.pictures).subspan((3 * s + k) * frame, frame); };
    EXPECT_TRUE(std::ranges::equal(at(0), at(1)) && std::ranges::equal(at(0), at(2))) << s;
    ++kinds[{at(0).begin(), at(0).end()}];
  }
  EXPECT_EQ(kinds.size(), 8U);
}

}  // namespace
}  // namespace pitlane
