#include "pitlane/train/batches.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

// Purposes of Random::fork; any two distinct numbers.
constexpr std::uint64_t kShufflePurpose = 0x5348554646ULL;
constexpr std::uint64_t kAugmentPurpose = 0x4155474DULL;
constexpr std::uint64_t kBatchPurpose = 0x4241544348ULL;

std::uint64_t epoch_seed(std::uint64_t seed, std::uint64_t purpose, int epoch) {
  return Random::fork(Random::fork(seed, purpose).next(), static_cast<std::uint64_t>(epoch)).next();
}

// Interleaved bytes to planar reals: pixel * scale[c] + offset[c], through a table since a byte has 256 values.
void to_planes(std::span<const std::uint8_t> picture, const Preprocessing& preprocessing, float* out) {
  const std::size_t channels = preprocessing.scale.size();
  const std::size_t pixels = picture.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    std::array<float, 256> table{};
    for (std::size_t b = 0; b < table.size(); ++b)
      table[b] = static_cast<float>(b) * preprocessing.scale[c] + preprocessing.offset[c];
    const std::uint8_t* in = picture.data() + c;
    float* plane = out + c * pixels;
    for (std::size_t p = 0; p < pixels; ++p) plane[p] = table[in[p * channels]];
  }
}

// Writes samples into their places in a buffer: step by step, in each all windows.
class BufferWriter {
 public:
  BufferWriter(const SampleInputs& inputs, std::size_t windows, std::size_t steps)
      : inputs_(inputs), dataset_(inputs.dataset()), ages_(ages_of(inputs.image())), windows_(windows) {
    const std::size_t samples = windows * steps;
    buffer_.samples = static_cast<std::int64_t>(samples);
    buffer_.steps = static_cast<std::int64_t>(steps);
    if (steps > 1) buffer_.begins.resize(samples);
    if (steps > 1) buffer_.counts.resize(samples);
    buffer_.pictures.resize(samples * dataset_.picture_bytes() * ages_.size());
    buffer_.labels.resize(samples * dataset_.outputs.size());
    buffer_.numbers.resize(inputs.inputs().size());
    for (std::size_t i = 0; i < buffer_.numbers.size(); ++i)
      if (inputs.inputs()[i].kind != InputKind::kImage) buffer_.numbers[i].resize(samples * inputs.size(i));
  }

  [[nodiscard]] std::size_t steps() const { return static_cast<std::size_t>(buffer_.steps); }
  [[nodiscard]] std::size_t place(std::size_t step, std::size_t window) const { return step * windows_ + window; }

  void mark(std::size_t place, bool begins, bool counts) {
    if (buffer_.begins.empty()) return;
    buffer_.begins[place] = begins ? 1.F : 0.F;
    buffer_.counts[place] = counts ? 1.F : 0.F;
  }

  // `show` gives back each picture of the sample's history, varied or as it is.
  template <typename Show>
  void pictures(std::size_t place, std::int64_t sample, const Show& show) {
    const std::size_t bytes = dataset_.picture_bytes();
    for (std::size_t k = 0; k < ages_.size(); ++k) {
      const std::int64_t seen = ages_[k] == 0 ? sample : inputs_.at_age(sample, ages_[k]);
      to_planes(show(dataset_.picture(seen)), inputs_.image().preprocessing,
                buffer_.pictures.data() + (place * ages_.size() + k) * bytes);
    }
  }

  [[nodiscard]] std::span<float> labels(std::size_t place) {
    const std::size_t outputs = dataset_.outputs.size();
    return std::span(buffer_.labels).subspan(place * outputs, outputs);
  }

  void numbers(std::size_t place, std::int64_t sample, const SampleVariation& variation) {
    for (std::size_t i = 0; i < buffer_.numbers.size(); ++i) {
      if (buffer_.numbers[i].empty()) continue;
      const InputSpec& spec = inputs_.inputs()[i];
      const auto out = std::span(buffer_.numbers[i]).subspan(place * inputs_.size(i), inputs_.size(i));
      inputs_.write_numbers(i, sample, out);
      if (spec.kind == InputKind::kCommand) vary_command(variation, out);
      if (spec.kind == InputKind::kSpeed)
        for (float& speed : out) speed *= spec.scale;  // as sessions do
    }
  }

  BatchBuffer finish() && { return std::move(buffer_); }

 private:
  const SampleInputs& inputs_;
  const Dataset& dataset_;
  std::vector<int> ages_;
  std::size_t windows_;
  BatchBuffer buffer_;
};

/// Fills a buffer with windows. `show` gives back a picture as it is or varied, `label` fills the labels of a sample.
template <typename Show, typename Label>
void write_window(BufferWriter& writer, const SampleInputs& inputs, std::size_t place, const SampleWindow& window,
                  const SampleVariation& variation, const Show& show, const Label& label) {
  const std::vector<std::int64_t> samples = samples_of(window, inputs);
  const std::size_t waits = writer.steps() - samples.size();
  for (std::size_t step = 0; step < writer.steps(); ++step) {
    const std::int64_t sample = samples[step < waits ? 0 : step - waits];
    const std::size_t at = writer.place(step, place);
    writer.pictures(at, sample, show);
    writer.numbers(at, sample, variation);
    label(sample, writer.labels(at));
    const bool learnt = step + static_cast<std::size_t>(window.learnt) >= writer.steps();
    writer.mark(at, step == waits, learnt);
  }
}

std::vector<SampleWindow> shuffled(std::vector<SampleWindow> windows, std::uint64_t seed) {
  Random(seed).shuffle(windows);
  return windows;
}

std::size_t longest(std::span<const SampleWindow> windows) {
  return static_cast<std::size_t>(std::ranges::max(windows, {}, &SampleWindow::length).length());
}

}  // namespace

std::int64_t BatchBuffer::learnt() const {
  return counts.empty() ? samples : static_cast<std::int64_t>(std::ranges::count(counts, 1.F));
}

BatchBuffer plain_batch(const SampleInputs& inputs, std::span<const SampleWindow> windows) {
  BufferWriter writer(inputs, windows.size(), longest(windows));
  for (std::size_t i = 0; i < windows.size(); ++i)
    write_window(
        writer, inputs, i, windows[i], {}, [](std::span<const std::uint8_t> picture) { return picture; },
        [&](std::int64_t sample, std::span<float> labels) {
          std::ranges::copy(inputs.dataset().label(sample), labels.begin());
        });
  return std::move(writer).finish();
}

BatchBuffer plain_batch(const SampleInputs& inputs, std::span<const std::int64_t> indices) {
  return plain_batch(inputs, single_windows(indices));
}

EpochBatches::EpochBatches(const SampleInputs& inputs, const AugmentationOptions& augmentation,
                           std::vector<SampleWindow> windows, int batch, std::uint64_t seed, int epoch)
    : inputs_(inputs),
      augmentation_(augmentation),
      seed_(epoch_seed(seed, kAugmentPurpose, epoch)),
      batches_(shuffled(std::move(windows), epoch_seed(seed, kShufflePurpose, epoch)), batch),
      order_(static_cast<std::size_t>(batches_.size())) {
  std::iota(order_.begin(), order_.end(), 0);
  // Single samples are in no order already; longer windows stand by their length.
  if (!batches_.of_single_samples()) Random(epoch_seed(seed, kBatchPurpose, epoch)).shuffle(order_);
  start(0);
}

void EpochBatches::start(std::int64_t index) {
  if (index < count()) pending_ = std::async(std::launch::async, [this, index] { return prepare(index); });
  started_ = index;
}

BatchBuffer EpochBatches::next() {
  BatchBuffer ready = pending_.get();
  start(started_ + 1);
  return ready;
}

BatchBuffer EpochBatches::prepare(std::int64_t index) const {
  const std::int64_t batch = order_[static_cast<std::size_t>(index)];
  const auto slice = batches_[batch];
  const std::uint64_t first = batches_.first_of(batch);
  const Dataset& dataset = inputs_.dataset();
  BufferWriter writer(inputs_, slice.size(), longest(slice));
  std::vector<std::uint8_t> varied(dataset.picture_bytes());
  for (std::size_t i = 0; i < slice.size(); ++i) {
    const SampleVariation variation = draw_variation(augmentation_, Random::fork(seed_, first + i));
    const auto show = [&](std::span<const std::uint8_t> picture) -> std::span<const std::uint8_t> {
      vary_picture(dataset, variation, picture, varied);
      return varied;
    };
    write_window(writer, inputs_, i, slice[i], variation, show, [&](std::int64_t sample, std::span<float> labels) {
      vary_labels(dataset, sample, variation, augmentation_, labels);
    });
  }
  return std::move(writer).finish();
}

}  // namespace pitlane
