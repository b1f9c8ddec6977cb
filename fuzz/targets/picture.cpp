// PNG and JPEG files as pitlane-run decodes them: whatever the file, it is a picture of the size that was asked for, or
// an error. The first two bytes choose the size.
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "fuzz/target.h"
#include "pitlane/capture/picture_file.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  Draw draw(input);
  const capture::FrameSize size{1 + draw.byte() % 64, 1 + draw.byte() % 64};
  std::vector<std::uint8_t> rgb;
  const Status decoded = capture::decode_picture(draw.rest(), size, rgb);
  if (!decoded.ok()) return check_error(decoded.error());
  PITLANE_CHECK(rgb.size() == static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3);
}

void add_seeds(Seeds& seeds) {
  cv::Mat colour(6, 9, CV_8UC3), grey(5, 7, CV_8UC1);
  for (int y = 0; y < colour.rows; ++y)
    for (int x = 0; x < colour.cols; ++x)
      colour.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(20 * x), static_cast<std::uint8_t>(30 * y), 90};
  grey.setTo(77);
  const auto add = [&](const std::string& name, const std::string& extension, const cv::Mat& image,
                       const std::vector<int>& options) {
    std::vector<std::uint8_t> encoded;
    PITLANE_CHECK(cv::imencode(extension, image, encoded, options));
    encoded.insert(encoded.begin(),
                   {static_cast<std::uint8_t>(image.cols - 1), static_cast<std::uint8_t>(image.rows - 1)});
    seeds.add(name + extension, std::as_bytes(std::span(encoded)));
  };
  add("colour", ".png", colour, {});
  add("grey", ".png", grey, {});
  add("colour", ".jpg", colour, {cv::IMWRITE_JPEG_QUALITY, 50});
  add("grey", ".jpg", grey, {cv::IMWRITE_JPEG_QUALITY, 50});
  add("progressive", ".jpg", colour, {cv::IMWRITE_JPEG_PROGRESSIVE, 1, cv::IMWRITE_JPEG_RST_INTERVAL, 1});
}

}  // namespace pitlane::fuzz
