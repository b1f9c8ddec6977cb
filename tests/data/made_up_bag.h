// Small ROS 1 bags for tests, written by librosbag: what our reader must agree with.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace pitlane {

using MessageBytes = std::vector<std::byte>;

struct MadeUpMessage {
  std::string topic, type;
  double time_s = 0;
  MessageBytes bytes;
};

enum class BagCompression { kNone, kBz2, kLz4 };

/// False where the tests were built without librosbag-storage-dev.
bool can_write_bags();
void write_bag(const std::filesystem::path& path, const std::vector<MadeUpMessage>& messages,
               BagCompression compression = BagCompression::kNone, std::uint32_t chunk_bytes = 768 * 1024);

/// sensor_msgs/Image; `padding` bytes follow each row.
MessageBytes image_message(const cv::Mat& pixels, const std::string& encoding, std::uint32_t padding = 0);
/// sensor_msgs/CompressedImage
MessageBytes compressed_image_message(const std::string& file, const std::string& format);
MessageBytes twist_message(double forward_mps, double yaw_radps);
MessageBytes twist_stamped_message(double forward_mps, double yaw_radps);
MessageBytes odometry_message(double x_m, double y_m, double forward_mps, double sideways_mps);

}  // namespace pitlane

/// Skips the test aloud where bags cannot be written; under CI that is a failure.
#define PITLANE_NEEDS_ROSBAG()                                                                      \
  do {                                                                                              \
    if (!pitlane::can_write_bags()) {                                                               \
      const char* ci = std::getenv("CI");                                                           \
      if (ci != nullptr && std::string(ci) == "true") FAIL() << "librosbag-storage-dev is missing"; \
      GTEST_SKIP() << "librosbag-storage-dev is missing: no bags to read";                          \
    }                                                                                               \
  } while (false)
