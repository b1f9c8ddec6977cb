#include "pitlane/data/picture_loader.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/file.h"

namespace pitlane {
namespace {

/// 8 bits a channel, BGR or grey. EXIF rotation is ignored: a camera on a car does not turn.
Result<cv::Mat> decode(const std::vector<std::byte>& bytes, bool grey) {
  const int mode = (grey ? cv::IMREAD_GRAYSCALE : cv::IMREAD_COLOR) | cv::IMREAD_IGNORE_ORIENTATION;
  try {
    cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::byte*>(bytes.data()));
    cv::Mat image = cv::imdecode(raw, mode);
    if (image.empty()) return corrupt("cannot be decoded");
    return image;
  } catch (const cv::Exception& error) {
    return corrupt("cannot be decoded: " + error.err);
  } catch (const std::bad_alloc&) {
    return corrupt("cannot be decoded: not enough memory");
  }
}

ImageView view_of(const cv::Mat& image) {
  const PixelFormat format = image.channels() == 1 ? PixelFormat::kGrey : PixelFormat::kBgr;
  return {image.data, image.cols, image.rows, static_cast<std::ptrdiff_t>(image.step[0]), format};
}

void copy_pixels(cv::Mat image, PixelFormat format, std::span<std::uint8_t> out) {
  if (format == PixelFormat::kRgb) cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
  const auto row_bytes = static_cast<std::size_t>(image.cols) * static_cast<std::size_t>(image.channels());
  for (int y = 0; y < image.rows; ++y)
    std::copy_n(image.ptr<std::uint8_t>(y), row_bytes, out.data() + static_cast<std::size_t>(y) * row_bytes);
}

std::string text_of(const ImageSize& size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

}  // namespace

Result<PictureLoader> PictureLoader::create(const Preprocessing& preprocessing, bool stored) {
  PITLANE_TRY(FrameResizer resizer, FrameResizer::create(preprocessing));
  return PictureLoader(preprocessing, stored, std::move(resizer));
}

ImageSize PictureLoader::expected_size() const {
  if (stored_) return {preprocessing_.width, preprocessing_.height};
  return {preprocessing_.source_width, preprocessing_.source_height};
}

Status PictureLoader::load(const std::filesystem::path& path, std::span<std::uint8_t> out) {
  PITLANE_TRY(const std::vector<std::byte> bytes, read_file(path, kMaxImageBytes));
  PITLANE_TRY(const ImageSize size, inspect_image(bytes));
  if (size != expected_size()) return corrupt("is " + text_of(size) + ", not " + text_of(expected_size()));
  PITLANE_TRY(const cv::Mat image, decode(bytes, stored_ && preprocessing_.format == PixelFormat::kGrey));
  if (ImageSize{image.cols, image.rows} != size) return corrupt("decodes to another size than its header says");
  if (stored_) {
    copy_pixels(image, preprocessing_.format, out);
  } else {
    PITLANE_CHECK(resizer_.run(view_of(image), out));
  }
  return {};
}

}  // namespace pitlane
