// The version that this program writes, and the newest that it reads. Raise it when a reader that ignores an
// appended field would misunderstand the network.
#pragma once

#include <cstdint>

namespace pitlane {

inline constexpr std::uint32_t kPitVersion = 3;

}  // namespace pitlane
