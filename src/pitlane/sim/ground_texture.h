// Brightness of asphalt and grass, spot by spot: what makes ground look like ground.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace pitlane {

/// Two textures on the cells of the distance field, repeated every kCells; in 1/32 standard deviations.
class GroundTexture {
 public:
  static constexpr int kCells = 128;          // 6.4 m
  static constexpr int kStride = kCells + 8;  // repeated beyond the edge: a window of 8 x 8 never wraps
  static constexpr float kMost = 112;         // of any value: 32 sqrt(3) (0.8 + 0.6 + 0.6)
  enum Kind : std::uint8_t { kAsphalt = 0, kGrass = 1 };

  explicit GroundTexture(std::uint64_t seed);

  /// Both textures, side by side in pairs; kStride pairs a row.
  [[nodiscard]] const std::int8_t* pairs() const { return pairs_.data(); }
  /// One of them, the same numbers; kStride a row.
  [[nodiscard]] const float* values(Kind kind) const { return values_[kind].data(); }
  /// The same as bytes; kSpareBytes after the last can be read.
  [[nodiscard]] const std::int8_t* bytes(Kind kind) const { return bytes_[kind].data(); }
  static constexpr int kSpareBytes = 8;

 private:
  void make(Kind kind, std::uint64_t seed);

  std::vector<std::int8_t> pairs_;
  std::array<std::vector<float>, 2> values_;
  std::array<std::vector<std::int8_t>, 2> bytes_;
};

}  // namespace pitlane
