#include "pitlane/measure/drawn_inputs.h"

#include <algorithm>
#include <utility>

namespace pitlane {
namespace {

constexpr double kFastestMps = 20;

}  // namespace

DrawnInputs::DrawnInputs(const Network& network, const DrawOptions& options)
    : noise_(options.noise), random_(options.seed) {
  for (const InputSpec& input : network.inputs) {
    const bool picture = input.kind == InputKind::kImage;
    const auto count =
        static_cast<std::size_t>(element_count(network.values[static_cast<std::size_t>(input.value)].shape));
    kinds_.push_back(input.kind);
    pictures_.emplace_back(picture ? count : 0);
    numbers_.emplace_back(picture ? 0 : count);
  }
  if (options.dataset == nullptr || options.dataset->size() == 0) return;
  Result<SampleInputs> samples = SampleInputs::create(network, *options.dataset);
  if (!samples.ok()) return;  // loaded for another one
  samples_ = std::make_unique<const SampleInputs>(*std::move(samples));
  feed_ = std::make_unique<SampleFeed>(*samples_);
}

const std::vector<TensorView>& DrawnInputs::next() {
  views_.clear();
  if (feed_ != nullptr && (!noise_ || drawn_ % 2 == 1))
    draw_sample();
  else
    draw_noise();
  ++drawn_;
  return views_;
}

void DrawnInputs::draw_sample() {
  const auto sample = static_cast<std::int64_t>(random_.index(static_cast<std::size_t>(samples_->dataset().size())));
  for (const std::span<const std::byte> bytes : feed_->show(sample)) views_.push_back({bytes.data(), bytes.size()});
}

void DrawnInputs::draw_noise() {
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    std::vector<float>& numbers = numbers_[i];
    if (kinds_[i] == InputKind::kImage) {
      for (std::uint8_t& byte : pictures_[i]) byte = static_cast<std::uint8_t>(random_.index(256));
      views_.push_back({pictures_[i].data(), pictures_[i].size()});
      continue;
    }
    if (kinds_[i] == InputKind::kSpeed) {
      for (float& v : numbers) v = static_cast<float>(random_.uniform(0, kFastestMps));
    } else {
      std::ranges::fill(numbers, 0.F);
      numbers[static_cast<std::size_t>(drawn_) % numbers.size()] = 1;
    }
    views_.push_back({numbers.data(), numbers.size() * sizeof(float)});
  }
}

}  // namespace pitlane
