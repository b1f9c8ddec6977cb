// For each mask of eight: where its set bits' values come from in a packed list.
#pragma once

#include <cstdint>

namespace pitlane {

/// By mask and place: the number of set bits below it where the place's own is set, else 0x80 (which byte shuffles turn
/// into 0).
struct MaskPlaces {
  alignas(64) std::uint8_t of[256][8];
};

constexpr MaskPlaces make_mask_places() {
  MaskPlaces places{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    std::uint8_t next = 0;
    for (unsigned k = 0; k < 8; ++k) {
      const bool set = (mask >> k & 1U) != 0;
      places.of[mask][k] = set ? next : 0x80;
      next = static_cast<std::uint8_t>(next + (set ? 1 : 0));
    }
  }
  return places;
}

/// One for all that use it: robots' programs are small.
inline constexpr MaskPlaces kMaskPlaces = make_mask_places();

}  // namespace pitlane
