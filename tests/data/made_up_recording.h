// Small recordings for tests: text files and pictures in a temporary directory.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "pitlane/network/network.h"
#include "temporary_directory.h"

namespace pitlane {

class MadeUpRecording {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }

  void text(const std::string& name, const std::string& content) const {
    const auto path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

  /// A picture whose every pixel tells its place and `tag`; the three channels differ.
  static cv::Mat picture(int width, int height, int tag) {
    cv::Mat image(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        image.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(7 * x + tag), static_cast<std::uint8_t>(5 * y + tag),
                                     static_cast<std::uint8_t>(3 * x + 11 * y + 2 * tag)};
    return image;
  }

  /// Writes `picture(...)`; the extension says how.
  void image(const std::string& name, int tag, int width = 16, int height = 12) const {
    const auto path = directory_ / name;
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(cv::imwrite(path.string(), picture(width, height, tag)));
  }

  /// Cuts the last bytes of a file off.
  void cut(const std::string& name, std::uintmax_t bytes) const {
    const auto path = directory_ / name;
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes);
  }

  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  TemporaryDirectory directory_;
};

/// For 16x12 frames: the lower half, 8x3 after the resize.
inline Preprocessing small_preprocessing() {
  Preprocessing out;
  out.source_width = 16;
  out.source_height = 12;
  out.crop = {0, 6, 16, 6};
  out.width = 8;
  out.height = 3;
  return out;
}

inline OutputSpec output(const std::string& name, float low, float high) {
  OutputSpec out;
  out.name = name;
  out.low = low;
  out.high = high;
  return out;
}

inline std::vector<OutputSpec> f1_outputs() { return {output("v", 6.5F, 24), output("w", -7.1F, 7.1F)}; }

}  // namespace pitlane
