#include "pitlane/sim/odometry_message.h"

#include <cstdint>
#include <cstring>

namespace pitlane {
namespace {

// Moves `rest` past a string; false if it does not fit.
bool skip_string(std::span<const std::byte>& rest) {
  std::uint32_t length = 0;
  if (rest.size() < sizeof length) return false;
  std::memcpy(&length, rest.data(), sizeof length);
  rest = rest.subspan(sizeof length);
  if (rest.size() < length) return false;
  rest = rest.subspan(length);
  return true;
}

}  // namespace

std::optional<ReferenceLine::Point> odometry_position(std::span<const std::byte> message) {
  constexpr std::size_t kFixedHeader = 12;
  if (message.size() < kFixedHeader) return std::nullopt;
  std::span<const std::byte> rest = message.subspan(kFixedHeader);
  for (int name = 0; name < 2; ++name)  // of the frame, then of the child frame
    if (!skip_string(rest)) return std::nullopt;
  double position[3];
  if (rest.size() < sizeof position) return std::nullopt;
  std::memcpy(position, rest.data(), sizeof position);
  return ReferenceLine::Point{position[0], position[1]};
}

}  // namespace pitlane
