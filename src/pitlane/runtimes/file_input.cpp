#include "pitlane/runtimes/file_input.h"

#include <algorithm>
#include <cstring>

namespace pitlane {
namespace {

constexpr std::size_t kBytes = 256;

}  // namespace

FileInputWriter::FileInputWriter(const FilePort& port) : port_(port), given_bytes_(port.size_bytes()) {
  if (port.input.kind != InputKind::kImage || port.type == ElementType::kU8) return;
  given_bytes_ /= sizeof(float);
  channels_ = static_cast<std::size_t>(port.channels_first ? port.dims[1] : port.dims.back());
  // A row of pixels that has every byte in every channel.
  FilePort row = port;
  row.dims = {1, 1, static_cast<std::int64_t>(kBytes), static_cast<std::int64_t>(channels_)};
  row.channels_first = false;
  std::vector<std::uint8_t> every(kBytes * channels_);
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::uint8_t>(i / channels_);
  const std::vector<std::byte> made = file_input(row, {every.data(), every.size()});
  std::vector<float> by_byte(every.size());
  std::memcpy(by_byte.data(), made.data(), made.size());
  numbers_.resize(every.size());
  for (std::size_t i = 0; i < every.size(); ++i) numbers_[(i % channels_) * kBytes + i / channels_] = by_byte[i];
}

void FileInputWriter::write(const TensorView& given, std::span<std::byte> to) const {
  if (numbers_.empty()) {
    const std::vector<std::byte> bytes = file_input(port_, given);
    std::copy(bytes.begin(), bytes.end(), to.begin());
    return;
  }
  const auto* pixels = static_cast<const std::uint8_t*>(given.data);
  const std::size_t count = given.size_bytes / channels_;
  const std::size_t pixel_step = port_.channels_first ? 1 : channels_, channel_step = port_.channels_first ? count : 1;
  for (std::size_t c = 0; c < channels_; ++c) {
    const float* const numbers = numbers_.data() + c * kBytes;
    std::byte* const out = to.data() + c * channel_step * sizeof(float);
    for (std::size_t i = 0; i < count; ++i)
      std::memcpy(out + i * pixel_step * sizeof(float), numbers + pixels[i * channels_ + c], sizeof(float));
  }
}

}  // namespace pitlane
