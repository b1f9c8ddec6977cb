#include "pitlane/optimize/choose_plane.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "pitlane/data/one_channel.h"
#include "pitlane/optimize/activation_probe.h"

namespace pitlane {
namespace {

constexpr std::size_t kPlanes = 3;

/// Of the bytes of red, green and blue over all pixels that were looked at.
struct Moments {
  double count = 0;
  std::array<double, kPlanes> mean{};
  std::array<std::array<double, kPlanes>, kPlanes> covariance{};
};

/// Sums of whole bytes: exact, whatever their order.
Moments moments(const Dataset& dataset, PixelFormat order, std::span<const std::int64_t> samples) {
  std::array<std::uint64_t, kPlanes> sum{};
  std::array<std::array<std::uint64_t, kPlanes>, kPlanes> product{};
  const std::size_t red = order == PixelFormat::kBgr ? 2 : 0;
  const std::array<std::size_t, kPlanes> place{red, 1, 2 - red};
  for (const std::int64_t sample : samples) {
    const std::uint8_t* picture = dataset.pictures.data() + static_cast<std::size_t>(sample) * dataset.picture_bytes();
    for (std::size_t at = 0; at < dataset.picture_bytes(); at += kPlanes)
      for (std::size_t a = 0; a < kPlanes; ++a) {
        const std::uint64_t byte = picture[at + place[a]];
        sum[a] += byte;
        for (std::size_t b = 0; b <= a; ++b) product[a][b] += byte * picture[at + place[b]];
      }
  }
  Moments m;
  const std::size_t pixels = samples.size() * (dataset.picture_bytes() / kPlanes);
  m.count = static_cast<double>(pixels);
  for (std::size_t a = 0; a < kPlanes; ++a) m.mean[a] = static_cast<double>(sum[a]) / m.count;
  for (std::size_t a = 0; a < kPlanes; ++a)
    for (std::size_t b = 0; b <= a; ++b)
      m.covariance[a][b] = m.covariance[b][a] = static_cast<double>(product[a][b]) / m.count - m.mean[a] * m.mean[b];
  return m;
}

/// Red, green and blue are one and the same: their means are, and so is whatever varies.
bool has_no_colours(const Moments& m) {
  const double variance = m.covariance[0][0];
  for (std::size_t a = 0; a < kPlanes; ++a)
    for (std::size_t b = 0; b < kPlanes; ++b)
      if (m.mean[a] != m.mean[0] || m.covariance[a][b] != variance) return false;
  return true;
}

/// The others from this one.
OneChannel estimate(const Moments& m, std::size_t plane) {
  constexpr std::array kFormats{PixelFormat::kRed, PixelFormat::kGreen, PixelFormat::kBlue};
  OneChannel channel{kFormats[plane], {}, {}};
  const double variance = m.covariance[plane][plane];
  for (std::size_t c = 0; c < kPlanes; ++c) {
    channel.factor[c] = c == plane ? 1 : variance > 0 ? m.covariance[c][plane] / variance : 0;
    channel.term[c] = c == plane ? 0 : m.mean[c] - channel.factor[c] * m.mean[plane];
  }
  return channel;
}

/// What the network puts out, sample by sample.
Result<std::vector<float>> answers(const Network& network, const Dataset& dataset,
                                   std::span<const std::int64_t> samples, const ProgressFn& progress) {
  std::set<ValueId> distinct;
  for (const OutputSpec& output : network.outputs) distinct.insert(output.value);
  PITLANE_TRY(ActivationProbe probe, ActivationProbe::create(network, dataset, {distinct.begin(), distinct.end()}));
  std::vector<float> all;
  const Status run = probe.run(
      samples, [&](std::size_t, std::span<const float> values) { all.insert(all.end(), values.begin(), values.end()); },
      [&](const Progress& p) {
        return report(progress, {"choose a colour", p.done, p.total, p.detail});
      });
  if (!run.ok()) return run.error();
  return all;
}

double squared_difference(const std::vector<float>& a, const std::vector<float>& b) {
  PITLANE_CHECK(a.size() == b.size());
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += difference * difference;
  }
  return sum;
}

}  // namespace

Result<OneChannel> choose_plane(const Network& network, const Dataset& dataset, std::span<const std::int64_t> samples,
                                const ProgressFn& progress) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  const PixelFormat order = image->preprocessing.format;
  if (channels_of(order) == 1) {
    const auto refused = with_one_channel(network);
    return refused.error();
  }
  PITLANE_TRY(const std::vector<float> wanted, answers(network, dataset, samples, progress));
  const Moments of_pixels = moments(dataset, order, samples);
  if (has_no_colours(of_pixels))
    return invalid_argument("the pictures have no colours to choose from; grey_input is for such a camera");
  std::optional<OneChannel> best;
  double least = 0;
  for (std::size_t plane = 0; plane < kPlanes; ++plane) {
    const OneChannel channel = estimate(of_pixels, plane);
    PITLANE_TRY(const Network one, with_one_channel(network, channel));
    PITLANE_TRY(const std::vector<float> got,
                answers(one, in_one_channel(dataset, order, channel.format), samples, progress));
    const double difference = squared_difference(wanted, got);
    if (!std::isfinite(difference) || (best && difference >= least)) continue;
    best = channel;
    least = difference;
  }
  if (!best) return numeric_error("with one colour the network's answers are no numbers, whichever it is");
  return *best;
}

}  // namespace pitlane
