// What grey is: one definition for the robot, the simulator and the training set.
#pragma once

#include <cstdint>

namespace pitlane {

/// Integer luma, ITU-R BT.601, 8-bit weights that sum to 256: three equal bytes give that byte.
constexpr std::uint8_t luma(int red, int green, int blue) {
  return static_cast<std::uint8_t>((77 * red + 150 * green + 29 * blue + 128) >> 8);
}

}  // namespace pitlane
