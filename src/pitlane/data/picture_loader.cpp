#include "pitlane/data/picture_loader.h"

#include <algorithm>
#include <exception>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/data/one_channel.h"
#include "pitlane/driver/luma.h"

namespace pitlane {
namespace {

/// 8 bits a channel, BGR or grey. EXIF rotation is ignored: a camera on a car does not turn.
Result<cv::Mat> decode_file(const std::vector<std::byte>& bytes, bool grey) {
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

/// The pixels of a raw frame; colour is BGR as OpenCV decodes it.
cv::Mat copy_raw(const StoredFrame& frame, bool grey) {
  const bool one_channel = frame.raw_format == PixelFormat::kGrey;
  const cv::Mat pixels(frame.raw_size.height, frame.raw_size.width, one_channel ? CV_8UC1 : CV_8UC3,
                       const_cast<std::byte*>(frame.bytes.data()));
  cv::Mat out;
  if (one_channel == grey && frame.raw_format != PixelFormat::kRgb) {
    out = pixels.clone();
  } else if (one_channel) {
    cv::cvtColor(pixels, out, cv::COLOR_GRAY2BGR);
  } else if (grey) {
    cv::cvtColor(pixels, out, frame.raw_format == PixelFormat::kRgb ? cv::COLOR_RGB2GRAY : cv::COLOR_BGR2GRAY);
  } else {
    cv::cvtColor(pixels, out, cv::COLOR_RGB2BGR);
  }
  return out;
}

Result<cv::Mat> decode(const StoredFrame& frame, bool grey) {
  if (!frame.raw()) return decode_file(frame.bytes, grey);
  try {
    return copy_raw(frame, grey);
  } catch (const std::exception& error) {
    return corrupt(std::string("cannot be converted: ") + error.what());
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

Result<PictureLoader> PictureLoader::create(const Preprocessing& preprocessing,
                                            const std::optional<Preprocessing>& stored) {
  PITLANE_TRY(FrameResizer resizer, FrameResizer::create(preprocessing));
  return PictureLoader(preprocessing, stored, std::move(resizer));
}

ImageSize PictureLoader::expected_size() const {
  if (stored_) return {preprocessing_.width, preprocessing_.height};
  return {preprocessing_.source_width, preprocessing_.source_height};
}

Status PictureLoader::load(const StoredFrame& frame, std::span<std::uint8_t> out) {
  PITLANE_TRY(const ImageSize size, size_of(frame));
  if (size != expected_size()) return corrupt("is " + text_of(size) + ", not " + text_of(expected_size()));
  PITLANE_TRY(const cv::Mat image, decode(frame, stored_ == PixelFormat::kGrey));
  if (ImageSize{image.cols, image.rows} != size) return corrupt("decodes to another size than its header says");
  if (stored_ && channels_of(*stored_) == 3 && channels_of(preprocessing_.format) == 1) {
    for (int y = 0; y < image.rows; ++y)
      take_channel({image.ptr<std::uint8_t>(y), 3 * static_cast<std::size_t>(image.cols)}, PixelFormat::kBgr,
                   preprocessing_.format,
                   out.subspan(static_cast<std::size_t>(y) * static_cast<std::size_t>(image.cols),
                               static_cast<std::size_t>(image.cols)));
  } else if (stored_) {
    copy_pixels(image, preprocessing_.format, out);
  } else {
    PITLANE_CHECK(resizer_.run(view_of(image), out));
  }
  return {};
}

}  // namespace pitlane
