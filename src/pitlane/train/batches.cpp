#include "pitlane/train/batches.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pitlane/core/random.h"

namespace pitlane {
namespace {

// Purposes of Random::fork; any two distinct numbers.
constexpr std::uint64_t kShufflePurpose = 0x5348554646ULL;
constexpr std::uint64_t kAugmentPurpose = 0x4155474DULL;

std::uint64_t epoch_seed(std::uint64_t seed, std::uint64_t purpose, int epoch) {
  return Random::fork(Random::fork(seed, purpose).next(), static_cast<std::uint64_t>(epoch)).next();
}

// Interleaved bytes to planar reals: pixel * scale[c] + offset[c], through a table since a byte has 256 values.
void to_planes(std::span<const std::uint8_t> picture, const Preprocessing& preprocessing, int channels, float* out) {
  const std::size_t pixels = picture.size() / static_cast<std::size_t>(channels);
  for (int c = 0; c < channels; ++c) {
    const auto i = static_cast<std::size_t>(c) % preprocessing.scale.size();  // stacked frames repeat the channels
    std::array<float, 256> table{};
    for (std::size_t b = 0; b < table.size(); ++b)
      table[b] = static_cast<float>(b) * preprocessing.scale[i] + preprocessing.offset[i];
    const std::uint8_t* in = picture.data() + c;
    float* plane = out + static_cast<std::size_t>(c) * pixels;
    for (std::size_t p = 0; p < pixels; ++p) plane[p] = table[in[p * static_cast<std::size_t>(channels)]];
  }
}

BatchBuffer make_buffer(const Dataset& dataset, std::size_t samples) {
  BatchBuffer buffer;
  buffer.samples = static_cast<std::int64_t>(samples);
  buffer.pictures.resize(samples * dataset.picture_bytes());
  buffer.labels.resize(samples * dataset.outputs.size());
  return buffer;
}

}  // namespace

std::int64_t batch_count(std::int64_t samples, int batch) { return (samples + batch - 1) / batch; }

std::span<const std::int64_t> batch_slice(std::span<const std::int64_t> indices, std::int64_t index,
                                          std::int64_t count) {
  const auto n = static_cast<std::int64_t>(indices.size());
  const std::int64_t begin = n * index / count, end = n * (index + 1) / count;
  return indices.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

BatchBuffer plain_batch(const Dataset& dataset, const Preprocessing& preprocessing,
                        std::span<const std::int64_t> indices) {
  BatchBuffer buffer = make_buffer(dataset, indices.size());
  const std::size_t outputs = dataset.outputs.size();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    to_planes(dataset.picture(indices[i]), preprocessing, dataset.channels,
              buffer.pictures.data() + i * dataset.picture_bytes());
    std::ranges::copy(dataset.label(indices[i]), buffer.labels.begin() + static_cast<std::ptrdiff_t>(i * outputs));
  }
  return buffer;
}

EpochBatches::EpochBatches(const Dataset& dataset, const Preprocessing& preprocessing,
                           const AugmentationOptions& augmentation, std::vector<std::int64_t> indices, int batch,
                           std::uint64_t seed, int epoch)
    : dataset_(dataset),
      preprocessing_(preprocessing),
      augmentation_(augmentation),
      seed_(epoch_seed(seed, kAugmentPurpose, epoch)),
      order_(std::move(indices)),
      count_(batch_count(static_cast<std::int64_t>(order_.size()), batch)) {
  Random(epoch_seed(seed, kShufflePurpose, epoch)).shuffle(order_);
  start(0);
}

void EpochBatches::start(std::int64_t index) {
  if (index < count_) pending_ = std::async(std::launch::async, [this, index] { return prepare(index); });
  started_ = index;
}

BatchBuffer EpochBatches::next() {
  BatchBuffer ready = pending_.get();
  start(started_ + 1);
  return ready;
}

BatchBuffer EpochBatches::prepare(std::int64_t index) const {
  const auto slice = batch_slice(order_, index, count_);
  const auto first = static_cast<std::uint64_t>(slice.data() - order_.data());
  BatchBuffer buffer = make_buffer(dataset_, slice.size());
  std::vector<std::uint8_t> picture(dataset_.picture_bytes());
  const std::size_t outputs = dataset_.outputs.size();
  for (std::size_t i = 0; i < slice.size(); ++i) {
    augment(dataset_, slice[i], augmentation_, Random::fork(seed_, first + i), picture,
            std::span(buffer.labels).subspan(i * outputs, outputs));
    to_planes(picture, preprocessing_, dataset_.channels, buffer.pictures.data() + i * picture.size());
  }
  return buffer;
}

}  // namespace pitlane
