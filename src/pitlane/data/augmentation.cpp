#include "pitlane/data/augmentation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pitlane/data/labels.h"

namespace pitlane {
namespace {

/// Each channel of each pixel scaled by `factor` in 10-bit fixed point, rounded, clipped at 255.
std::array<std::uint8_t, 256> brightness_table(double factor) {
  constexpr int kOne = 1 << 10;
  const auto scale = static_cast<int>(std::lround(factor * kOne));
  std::array<std::uint8_t, 256> table{};
  for (int i = 0; i < 256; ++i)
    table[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::min(255, (i * scale + kOne / 2) / kOne));
  return table;
}

void mirror_row(const std::uint8_t* from, int width, int channels, std::uint8_t* to) {
  const std::uint8_t* pixel = from + static_cast<std::ptrdiff_t>(width) * channels;
  for (int x = 0; x < width; ++x) {
    pixel -= channels;
    for (int c = 0; c < channels; ++c) *to++ = pixel[c];
  }
}

void mirror(const Dataset& dataset, std::span<const std::uint8_t> from, std::span<std::uint8_t> to) {
  const std::size_t row_bytes = from.size() / static_cast<std::size_t>(dataset.height);
  for (std::size_t start = 0; start < from.size(); start += row_bytes)
    mirror_row(from.data() + start, dataset.width, dataset.channels, to.data() + start);
}

/// Moves the picture by (dx, dy) pixels, right and down positive; what comes in at an edge repeats that edge.
void shift(const Dataset& dataset, std::span<std::uint8_t> picture, int dx, int dy) {
  const std::vector<std::uint8_t> from(picture.begin(), picture.end());
  const int channels = dataset.channels;
  auto to = picture.begin();
  for (int y = 0; y < dataset.height; ++y) {
    const auto row = from.begin() +
                     static_cast<std::ptrdiff_t>(std::clamp(y - dy, 0, dataset.height - 1)) * dataset.width * channels;
    for (int x = 0; x < dataset.width; ++x)
      to = std::copy_n(row + static_cast<std::ptrdiff_t>(std::clamp(x - dx, 0, dataset.width - 1)) * channels, channels,
                       to);
  }
}

float moved(const OutputSpec& output, float y, double change) {
  return static_cast<float>(std::clamp(y + change / (static_cast<double>(output.high) - output.low), 0.0, 1.0));
}

/// y such that its physical value is the negative of `y`'s.
float opposite(const OutputSpec& output, float y) {
  const double zero_twice = -2.0 * output.low / (static_cast<double>(output.high) - output.low);
  return static_cast<float>(std::clamp(zero_twice - static_cast<double>(y), 0.0, 1.0));
}

/// DeepLearningStudio's steps: |w| of at least this many rad/s, so many copies more.
struct Repetition {
  double from;
  int copies;
};
constexpr std::array kRepetitions = {Repetition{4, 50}, Repetition{3, 35},  Repetition{2, 25},
                                     Repetition{1, 15}, Repetition{0.5, 5}, Repetition{0.3, 2}};

int extra_copies(double w) {
  // Normalising to float and back may lose the last digits of a label that lies on a step.
  constexpr double kRounding = 1e-5;
  for (const Repetition& step : kRepetitions)
    if (std::abs(w) >= step.from - kRounding) return step.copies;
  return 0;
}

}  // namespace

Status validate(const AugmentationOptions& options) {
  if (!(options.brightness >= 0 && options.brightness < 1))
    return invalid_argument("augmentation: brightness must be at least 0 and below 1");
  if (options.shift_x_px < 0 || options.shift_y_px < 0)
    return invalid_argument("augmentation: shifts must not be negative");
  if (!std::isfinite(options.shift_steering))
    return invalid_argument("augmentation: a shift's steering must be a number");
  return {};
}

bool is_steering(std::string_view output) { return output == "w" || output == "steering" || output == "steer"; }

void augment(const Dataset& dataset, std::int64_t sample, const AugmentationOptions& options, Random random,
             std::span<std::uint8_t> picture, std::span<float> labels) {
  PITLANE_CHECK(sample >= 0 && sample < dataset.size());
  PITLANE_CHECK(picture.size() == dataset.picture_bytes() && labels.size() == dataset.outputs.size());
  // All are always drawn, so that switching one off leaves the others as they were.
  const bool flip = random.chance(0.5) && options.flip;
  const double factor = 1 + options.brightness * random.uniform(-1, 1);
  const int dx = static_cast<int>(std::lround(options.shift_x_px * random.uniform(-1, 1)));
  const int dy = static_cast<int>(std::lround(options.shift_y_px * random.uniform(-1, 1)));
  const auto from = dataset.picture(sample);
  const auto label = dataset.label(sample);
  if (flip) {
    mirror(dataset, from, picture);
  } else {
    std::copy(from.begin(), from.end(), picture.begin());
  }
  if (dx != 0 || dy != 0) shift(dataset, picture, dx, dy);
  if (options.brightness > 0) {
    const auto table = brightness_table(factor);
    for (std::uint8_t& byte : picture) byte = table[byte];
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const OutputSpec& output = dataset.outputs[i];
    labels[i] = label[i];
    if (!is_steering(output.name)) continue;
    if (flip) labels[i] = opposite(output, labels[i]);
    if (dx != 0) labels[i] = moved(output, labels[i], dx * options.shift_steering);
  }
}

std::vector<std::int64_t> repeat_extremes(const Dataset& dataset, std::vector<std::int64_t> indices) {
  const auto w = std::find_if(dataset.outputs.begin(), dataset.outputs.end(),
                              [](const OutputSpec& output) { return output.name == "w"; });
  if (w == dataset.outputs.end()) return indices;
  const auto column = static_cast<std::size_t>(w - dataset.outputs.begin());
  const std::size_t once = indices.size();
  for (std::size_t i = 0; i < once; ++i) {
    const std::int64_t sample = indices[i];
    const int copies = extra_copies(physical(*w, dataset.label(sample)[column]));
    indices.insert(indices.end(), static_cast<std::size_t>(copies), sample);
  }
  return indices;
}

}  // namespace pitlane
