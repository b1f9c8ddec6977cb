// PNG and JPEG: the container is inspected; what looks whole and is small is decoded.
#include "pitlane/data/image_container.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <optional>

#include "fuzz/target.h"
#include "pitlane/data/picture_loader.h"

namespace pitlane::fuzz {
namespace {

void decode(const ImageSize& size, Bytes input) {
  Preprocessing whole;
  whole.source_width = whole.width = size.width;
  whole.source_height = whole.height = size.height;
  whole.crop = {0, 0, size.width, size.height};
  auto loader = PictureLoader::create(whole, std::nullopt);
  PITLANE_CHECK(loader.ok());
  std::vector<std::uint8_t> picture(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3);
  const Status loaded = loader->load({.bytes = {input.begin(), input.end()}, .raw_size = {}}, picture);
  if (!loaded) check_error(loaded.error());
}

}  // namespace

void run(Bytes input) {
  constexpr int kMostPixels = 1 << 12;
  const auto size = inspect_image(input);
  if (!size) return check_error(size.error());
  PITLANE_CHECK(size->width > 0 && size->height > 0 && size->width <= kMaxImageSide && size->height <= kMaxImageSide);
  if (size->width * size->height <= kMostPixels) decode(*size, input);
}

void add_seeds(Seeds& seeds) {
  cv::Mat colour(6, 9, CV_8UC3), grey(5, 7, CV_8UC1);
  for (int y = 0; y < colour.rows; ++y)
    for (int x = 0; x < colour.cols; ++x)
      colour.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(20 * x), static_cast<std::uint8_t>(30 * y), 90};
  grey.setTo(77);
  std::vector<std::uint8_t> encoded;
  const auto add = [&](const std::string& name, const std::string& extension, const cv::Mat& image,
                       const std::vector<int>& options) {
    PITLANE_CHECK(cv::imencode(extension, image, encoded, options));
    seeds.add(name + extension, std::as_bytes(std::span(encoded)));
  };
  add("colour", ".png", colour, {});
  add("grey", ".png", grey, {});
  add("colour", ".jpg", colour, {cv::IMWRITE_JPEG_QUALITY, 50});
  add("grey", ".jpg", grey, {cv::IMWRITE_JPEG_QUALITY, 50});
  add("progressive", ".jpg", colour, {cv::IMWRITE_JPEG_PROGRESSIVE, 1, cv::IMWRITE_JPEG_RST_INTERVAL, 1});
}

}  // namespace pitlane::fuzz
