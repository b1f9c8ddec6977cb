#include <charconv>
#include <string>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {
namespace {

constexpr int kLargestSide = 1 << 14;

bool read_side(std::string_view text, int& side) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, side);
  return error == std::errc() && stopped == end && side >= 1 && side <= kLargestSide;
}

}  // namespace

std::string to_string(const FrameSize& size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

Result<FrameSize> parse_frame_size(std::string_view text) {
  FrameSize size;
  const std::size_t cross = text.find('x');
  if (cross == std::string_view::npos || !read_side(text.substr(0, cross), size.width) ||
      !read_side(text.substr(cross + 1), size.height))
    return invalid_argument("'" + std::string(text) + "' is no size of a frame; write WIDTHxHEIGHT, such as 640x480");
  return size;
}

}  // namespace pitlane::capture
