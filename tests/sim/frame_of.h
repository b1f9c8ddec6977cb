// The bytes of what a world shows now.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "pitlane/measure/world.h"

namespace pitlane {

inline std::vector<std::uint8_t> frame_of(World& world) {
  const auto observation = world.observe();
  EXPECT_TRUE(observation.ok());
  const ImageView& image = observation->frames.front();
  return {image.data, image.data + image.stride_bytes * image.height};
}

}  // namespace pitlane
