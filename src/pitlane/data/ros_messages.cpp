#include "pitlane/data/ros_messages.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "pitlane/data/bad_rows.h"
#include "pitlane/data/byte_cursor.h"

namespace pitlane {
namespace {

using Bytes = std::span<const std::byte>;

/// std_msgs/Header: sequence, time, frame. The time is not used: clocks of cameras and of those who command differ,
/// the bag's is one for all.
void skip_header(ByteCursor& cursor) {
  cursor.take_bytes(12);
  cursor.take_block();
}

/// geometry_msgs/Twist: linear, then angular, three numbers each.
Twist take_twist(ByteCursor& cursor) {
  std::array<double, 6> numbers{};
  for (double& number : numbers) number = cursor.take<double>();
  return {numbers[0], numbers[1], numbers[5]};
}

/// How bytes of one pixel become ours.
struct Encoding {
  const char* name;
  std::size_t stored_bytes, kept_bytes;  // what transparency says is left out
  PixelFormat format;
};
constexpr std::array kEncodings = {
    Encoding{"rgb8", 3, 3, PixelFormat::kRgb},   Encoding{"bgr8", 3, 3, PixelFormat::kBgr},
    Encoding{"mono8", 1, 1, PixelFormat::kGrey}, Encoding{"rgba8", 4, 3, PixelFormat::kRgb},
    Encoding{"bgra8", 4, 3, PixelFormat::kBgr},  Encoding{"8UC3", 3, 3, PixelFormat::kBgr},
    Encoding{"8UC1", 1, 1, PixelFormat::kGrey},
};

StoredFrame copy_rows(const Encoding& encoding, ImageSize size, std::size_t step, Bytes data) {
  StoredFrame out;
  out.raw_size = size;
  out.raw_format = encoding.format;
  const auto width = static_cast<std::size_t>(size.width), height = static_cast<std::size_t>(size.height);
  out.bytes.resize(width * height * encoding.kept_bytes);
  auto* to = out.bytes.data();
  for (std::size_t y = 0; y < height; ++y) {
    const std::byte* from = data.data() + y * step;
    if (encoding.stored_bytes == encoding.kept_bytes) {
      to = std::copy_n(from, width * encoding.kept_bytes, to);
      continue;
    }
    for (std::size_t x = 0; x < width; ++x) to = std::copy_n(from + x * encoding.stored_bytes, encoding.kept_bytes, to);
  }
  return out;
}

Result<StoredFrame> parse_raw(Bytes message) {
  ByteCursor cursor(message);
  skip_header(cursor);
  const auto height = cursor.take<std::uint32_t>(), width = cursor.take<std::uint32_t>();
  const std::string name = cursor.take_string();
  cursor.take<std::uint8_t>();  // byte order, of no meaning for bytes
  const auto step = cursor.take<std::uint32_t>();
  const Bytes data = cursor.take_block();
  if (!cursor.ok()) return corrupt("truncated image message");
  const auto encoding = std::ranges::find(kEncodings, name, &Encoding::name);
  if (encoding == kEncodings.end())
    return unsupported("encoding " + shown(name) + " is not known; rgb8, bgr8, rgba8, bgra8 and mono8 are");
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  const bool fits =
      width <= kMaxImageSide && height <= kMaxImageSide && std::uint64_t{width} * height <= kMaxImagePixels;
  if (width == 0 || height == 0 || !fits) return corrupt("size " + size + " is not believable");
  if (step < width * encoding->stored_bytes || data.size() < std::uint64_t{step} * height)
    return corrupt(std::to_string(data.size()) + " bytes in rows of " + std::to_string(step) + " are no " + size + " " +
                   name + " picture");
  return copy_rows(*encoding, {static_cast<int>(width), static_cast<int>(height)}, step, data);
}

Result<StoredFrame> parse_compressed(Bytes message) {
  ByteCursor cursor(message);
  skip_header(cursor);
  cursor.take_block();  // the format in words; the bytes tell it too
  const Bytes data = cursor.take_block();
  if (!cursor.ok()) return corrupt("truncated image message");
  if (data.size() > kMaxImageBytes) return corrupt("more than 64 MiB");
  StoredFrame out;
  out.bytes.assign(data.begin(), data.end());
  return out;
}

}  // namespace

std::optional<Twist> parse_twist(Bytes message, const std::string& type) {
  ByteCursor cursor(message);
  if (type == kTwistStampedType) skip_header(cursor);
  const Twist out = take_twist(cursor);
  if (!cursor.ok()) return std::nullopt;
  return out;
}

std::optional<Odometry> parse_odometry(Bytes message) {
  constexpr std::size_t kAfterPosition = (1 + 4 + 36) * sizeof(double);  // height, attitude, covariance
  ByteCursor cursor(message);
  skip_header(cursor);
  cursor.take_block();  // name of the child frame
  Odometry out;
  out.x_m = cursor.take<double>();
  out.y_m = cursor.take<double>();
  cursor.take_bytes(kAfterPosition);
  out.twist = take_twist(cursor);
  if (!cursor.ok()) return std::nullopt;
  return out;
}

Result<StoredFrame> parse_image(Bytes message, const std::string& type) {
  return type == kCompressedImageType ? parse_compressed(message) : parse_raw(message);
}

}  // namespace pitlane
