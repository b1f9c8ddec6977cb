#include "pitlane/data/augmentation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "made_up_recording.h"
#include "pitlane/data/dataset_builder.h"
#include "pitlane/data/labels.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

/// Three 8x3 samples with these outputs; labels run over the range.
Dataset dataset_with(const std::vector<OutputSpec>& outputs, PixelFormat format = PixelFormat::kRgb) {
  Preprocessing preprocessing = small_preprocessing();
  preprocessing.format = format;
  const auto channels = static_cast<std::size_t>(channels_of(format));
  preprocessing.scale.assign(channels, 1);
  preprocessing.offset.assign(channels, 0);
  auto builder = DatasetBuilder::create(preprocessing, outputs);
  for (int i = 0; i < 3; ++i) {
    std::vector<std::uint8_t> picture(24 * channels);
    for (std::size_t b = 0; b < picture.size(); ++b) picture[b] = static_cast<std::uint8_t>(37 * b + 101 * i);
    std::vector<float> labels;
    for (const OutputSpec& spec : outputs) labels.push_back(spec.low + (spec.high - spec.low) * (0.2F + 0.25F * i));
    builder->add(picture, labels, 0);
  }
  auto dataset = std::move(*builder).finish();
  EXPECT_TRUE(dataset);
  return *std::move(dataset);
}

struct Varied {
  std::vector<std::uint8_t> picture;
  std::vector<float> labels;
  bool operator==(const Varied&) const = default;
};

Varied varied(const Dataset& dataset, std::int64_t sample, const AugmentationOptions& options, std::uint64_t seed) {
  Varied out{std::vector<std::uint8_t>(dataset.picture_bytes()), std::vector<float>(dataset.outputs.size())};
  augment(dataset, sample, options, Random(seed), out.picture, out.labels);
  return out;
}

cv::Mat as_mat(const Dataset& dataset, std::span<const std::uint8_t> picture) {
  const cv::Mat view(dataset.height, dataset.width, CV_8UC(dataset.channels),
                     const_cast<std::uint8_t*>(picture.data()));
  return view.clone();
}

TEST(Augment, NothingOnIsACopy) {
  const Dataset dataset = dataset_with(f1_outputs());
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Varied out = varied(dataset, 1, {false, 0, false}, seed);
    EXPECT_TRUE(std::equal(out.picture.begin(), out.picture.end(), dataset.picture(1).begin()));
    EXPECT_TRUE(std::equal(out.labels.begin(), out.labels.end(), dataset.label(1).begin()));
  }
}

TEST(Augment, FlipMirrorsPicturesAndNegatesSteering) {
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kGrey}) {
    const Dataset dataset = dataset_with(f1_outputs(), format);
    int flips = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const Varied out = varied(dataset, 2, {true, 0, false}, seed);
      const bool flipped = out.labels[1] != dataset.label(2)[1];
      flips += flipped ? 1 : 0;
      cv::Mat expected = as_mat(dataset, dataset.picture(2));
      if (flipped) cv::flip(expected, expected, 1);
      ASSERT_TRUE(std::equal(out.picture.begin(), out.picture.end(), expected.data)) << seed;
      EXPECT_EQ(out.labels[0], dataset.label(2)[0]) << "speed stays";
      if (flipped) {
        EXPECT_NEAR(physical(dataset.outputs[1], out.labels[1]), -physical(dataset.outputs[1], dataset.label(2)[1]),
                    1e-5);
      }
    }
    EXPECT_GT(flips, 70);
    EXPECT_LT(flips, 130);
  }
}

TEST(Augment, RangesThatAreNotSymmetricStayPhysical) {
  const Dataset dataset = dataset_with({output("steering", -0.5F, 1.5F)});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const float before = dataset.label(0)[0];  // physical -0.1
    const float after = varied(dataset, 0, {true, 0, false}, seed).labels[0];
    if (after != before) {
      EXPECT_NEAR(physical(dataset.outputs[0], after), 0.1, 1e-6);
    }
    const float far =
        varied(dataset, 2, {true, 0, false}, seed).labels[0];  // physical 0.9 has no opposite in the range
    EXPECT_GE(far, 0);
  }
}

TEST(Augment, TwiceIsTheOriginal) {
  Dataset dataset = dataset_with(f1_outputs());
  std::uint64_t seed = 0;
  while (varied(dataset, 0, {true, 0, false}, seed).labels[1] == dataset.label(0)[1]) ++seed;
  const Varied once = varied(dataset, 0, {true, 0, false}, seed);
  const std::vector<std::uint8_t> original(dataset.picture(0).begin(), dataset.picture(0).end());
  std::copy(once.picture.begin(), once.picture.end(), dataset.pictures.begin());
  EXPECT_EQ(varied(dataset, 0, {true, 0, false}, seed).picture, original);
}

TEST(Augment, BrightnessIsOneFactorForAllBytes) {
  const Dataset dataset = dataset_with(f1_outputs());
  double least = 2;
  double most = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Varied out = varied(dataset, 0, {false, 0.25, false}, seed);
    // The interval of factors that every byte allows must not be empty.
    double low = 0;
    double high = 2;
    for (std::size_t b = 0; b < out.picture.size(); ++b) {
      const double before = dataset.picture(0)[b];
      if (before == 0) continue;
      low = std::max(low, (out.picture[b] - 0.51) / before - 1e-3);
      if (out.picture[b] < 255) high = std::min(high, (out.picture[b] + 0.51) / before + 1e-3);
    }
    ASSERT_LE(low, high) << seed;
    least = std::min(least, low);
    most = std::max(most, low);
    EXPECT_TRUE(std::equal(out.labels.begin(), out.labels.end(), dataset.label(0).begin()));
  }
  EXPECT_GT(least, 0.73);
  EXPECT_LT(least, 0.80);
  EXPECT_GT(most, 1.20);
  EXPECT_LT(most, 1.26);
}

/// The moved picture, pixel by pixel, by OpenCV.
cv::Mat moved(const cv::Mat& picture, int dx, int dy) {
  cv::Mat out;
  const cv::Mat matrix = (cv::Mat_<double>(2, 3) << 1, 0, dx, 0, 1, dy);
  cv::warpAffine(picture, out, matrix, picture.size(), cv::INTER_NEAREST, cv::BORDER_REPLICATE);
  return out;
}

TEST(Augment, ShiftMovesThePictureAndAddsToTheSteering) {
  const Dataset dataset = dataset_with({output("steering", -1, 1), output("throttle", 0, 1)});
  AugmentationOptions options{.flip = false, .brightness = 0};
  options.shift_x_px = 3, options.shift_y_px = 1, options.shift_steering = 0.05;
  std::map<std::pair<int, int>, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Varied out = varied(dataset, 1, options, seed);
    EXPECT_EQ(out.labels[1], dataset.label(1)[1]);
    const auto dx = static_cast<int>(std::lround((out.labels[0] - dataset.label(1)[0]) * 2 / 0.05));
    ASSERT_LE(std::abs(dx), 3);
    int matches = 0;
    for (int dy = -1; dy <= 1; ++dy) {
      const cv::Mat expected = moved(as_mat(dataset, dataset.picture(1)), dx, dy);
      if (!std::equal(out.picture.begin(), out.picture.end(), expected.data)) continue;
      ++matches;
      ++seen[{dx, dy}];
    }
    EXPECT_EQ(matches, 1) << seed;
  }
  EXPECT_EQ(seen.size(), 7U * 3U);
}

TEST(Augment, ShiftedSteeringStaysInItsRange) {
  const Dataset dataset = dataset_with({output("steering", -1, 1)});
  AugmentationOptions options{.flip = false, .brightness = 0};
  options.shift_x_px = 8, options.shift_steering = 1;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const float label = varied(dataset, 2, options, seed).labels[0];
    EXPECT_GE(label, 0);
    EXPECT_LE(label, 1);
  }
}

TEST(Augment, SeedDecidesAndOptionsDoNotDisturbEachOther) {
  const Dataset dataset = dataset_with(f1_outputs());
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Varied both = varied(dataset, 0, {}, seed);
    EXPECT_EQ(both, varied(dataset, 0, {}, seed));
    EXPECT_EQ(both.labels, varied(dataset, 0, {true, 0, false}, seed).labels) << "same flips without brightness";
  }
}

TEST(Augment, OptionsAreChecked) {
  EXPECT_TRUE(validate(AugmentationOptions{}));
  for (const double brightness : {-0.1, 1.0, static_cast<double>(NAN)}) {
    const Status status = validate(AugmentationOptions{true, brightness, false});
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), HasSubstr("brightness"));
  }
}

TEST(Augment, ShiftsAreChecked) {
  AugmentationOptions options;
  options.shift_y_px = -1;
  EXPECT_THAT(validate(options).error().message(), HasSubstr("shifts must not be negative"));
  options = {};
  options.shift_steering = NAN;
  EXPECT_THAT(validate(options).error().message(), HasSubstr("shift's steering must be a number"));
}

TEST(IsSteering, Names) {
  for (const char* name : {"w", "steering", "steer"}) EXPECT_TRUE(is_steering(name)) << name;
  for (const char* name : {"v", "throttle", "brake", "W", ""}) EXPECT_FALSE(is_steering(name)) << name;
}

TEST(RepeatExtremes, CopiesBySize) {
  auto builder = DatasetBuilder::create(small_preprocessing(), {output("w", -7.1F, 7.1F)});
  const std::vector<std::pair<float, int>> cases = {{0, 1},    {0.29F, 1},  {-0.3F, 3}, {0.49F, 3},
                                                    {0.5F, 6}, {-0.99F, 6}, {1, 16},    {-2, 26},
                                                    {3, 36},   {-3.9F, 36}, {4, 51},    {-7, 51}};
  for (const auto& [w, copies] : cases) builder->add(std::vector<std::uint8_t>(72), std::vector<float>{w}, 0);
  const auto dataset = std::move(*builder).finish();
  ASSERT_TRUE(dataset);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < dataset->size(); ++i) indices.push_back(i);
  const auto repeated = repeat_extremes(*dataset, indices);
  std::map<std::int64_t, int> counts;
  for (const std::int64_t i : repeated) ++counts[i];
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_EQ(counts[static_cast<std::int64_t>(i)], cases[i].second) << "w = " << cases[i].first;
  EXPECT_TRUE(std::equal(indices.begin(), indices.end(), repeated.begin())) << "the originals come first";
}

TEST(RepeatExtremes, WithoutWUnchanged) {
  const Dataset dataset = dataset_with({output("steering", -1, 1)});
  EXPECT_EQ(repeat_extremes(dataset, {2, 0}), (std::vector<std::int64_t>{2, 0}));
}

}  // namespace
}  // namespace pitlane
