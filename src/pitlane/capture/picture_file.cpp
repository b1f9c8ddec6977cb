#include "pitlane/capture/picture_file.h"

#include <algorithm>
#include <utility>

#include "pitlane/capture/decoders.h"
#include "pitlane/core/file.h"

namespace pitlane::capture {
namespace {

constexpr std::uint64_t kLargestFile_bytes = 64ULL << 20;
constexpr unsigned char kPng[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr unsigned char kJpeg[] = {0xFF, 0xD8};

bool begins_with(std::span<const std::byte> file, std::span<const unsigned char> magic) {
  return file.size() >= magic.size() && std::equal(magic.begin(), magic.end(), file.begin(),
                                                   [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

class PictureStream final : public FrameStream {
 public:
  PictureStream(std::vector<std::filesystem::path> files, const FrameSize& size, double rate_hz)
      : files_(std::move(files)), size_(size), rate_hz_(rate_hz) {}

  Result<std::optional<Frame>> next() override {
    if (next_ == files_.size()) return std::optional<Frame>();
    const std::size_t index = next_++;
    PITLANE_TRY(const std::vector<std::byte> bytes, read_file(files_[index], kLargestFile_bytes));
    if (const Status decoded = decode_picture(bytes, size_, rgb_); !decoded.ok())
      return decoded.error().in(files_[index].string());
    Frame frame;
    frame.image = {rgb_.data(), size_.width, size_.height, std::ptrdiff_t{size_.width} * 3, PixelFormat::kRgb};
    frame.time_s = static_cast<double>(index) / rate_hz_;
    return std::optional<Frame>(frame);
  }
  [[nodiscard]] bool goes_on() const override { return true; }

 private:
  std::vector<std::filesystem::path> files_;
  FrameSize size_;
  double rate_hz_;
  std::size_t next_ = 0;
  std::vector<std::uint8_t> rgb_;
};

}  // namespace

std::string picture_formats() {
  if (kReadsPng && kReadsJpeg) return "PNG and JPEG";
  if (kReadsPng) return "PNG";
  return kReadsJpeg ? "JPEG" : "neither PNG nor JPEG";
}

Status decode_picture(std::span<const std::byte> file, const FrameSize& expected, std::vector<std::uint8_t>& rgb) {
  if (file.empty()) return corrupt("empty file (0 bytes)");
  if (begins_with(file, kPng)) return decode_png(file, expected, rgb);
  if (begins_with(file, kJpeg)) return decode_jpeg(file, expected, rgb);
  return unsupported("neither PNG nor JPEG");
}

std::unique_ptr<FrameStream> read_pictures(std::vector<std::filesystem::path> files, const FrameSize& size,
                                           double rate_hz) {
  return std::make_unique<PictureStream>(std::move(files), size, rate_hz);
}

}  // namespace pitlane::capture
