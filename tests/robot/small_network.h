// Networks whose answers are known to the last digit: they see 4x2 pixels, and v is the mean of some.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane::testing {

struct SmallNetwork {
  std::vector<OutputSpec> outputs = {{"v", "m/s", 0, 10, -1, 0}, {"w", "rad/s", -1, 1, -1, 0}};
  bool speed = false;    ///< v is then 10 * (mean / 256 + speed_mps)
  bool command = false;  ///< sees one of three, and makes nothing of it
  float weight = 1.0F / 16;
  PixelFormat format = PixelFormat::kRgb;  ///< of one channel: v is half of the mean, of its 8 bytes
};

/// For frames of 4x2 in RGB, of which it may see one channel. The first output is the mean of the first 16 bytes / 256,
/// the second 0 (both before their range).
void save_small_network(const SmallNetwork& small, const std::filesystem::path& path);

/// A frame of one grey for it: 24 bytes.
std::string grey_frame(int level);

/// The 20 bytes before a frame with --with-state; no traffic light.
std::string state_header(double time_s, float speed_mps = 0, std::int32_t command = 0);

/// The bundled network with int8 weights, whose activations are measured in each run.
void save_int8_pilotnet(const std::filesystem::path& path);

}  // namespace pitlane::testing
