#include "made_up_bag.h"

#include <cstring>
#include <span>

#ifdef PITLANE_HAS_ROSBAG
#include <ros/message_traits.h>
#include <ros/serialization.h>
#include <rosbag/bag.h>

namespace pitlane {
namespace {
/// A message that is serialised already.
struct RawMessage {
  std::string type;
  MessageBytes bytes;
};
}  // namespace
}  // namespace pitlane

namespace ros {
namespace message_traits {
template <>
struct MD5Sum<pitlane::RawMessage> {
  static const char* value() { return "00000000000000000000000000000000"; }
  static const char* value(const pitlane::RawMessage&) { return value(); }
};
template <>
struct DataType<pitlane::RawMessage> {
  static const char* value() { return ""; }
  static const char* value(const pitlane::RawMessage& message) { return message.type.c_str(); }
};
template <>
struct Definition<pitlane::RawMessage> {
  static const char* value() { return ""; }
  static const char* value(const pitlane::RawMessage&) { return value(); }
};
}  // namespace message_traits
namespace serialization {
template <>
struct Serializer<pitlane::RawMessage> {
  template <typename Stream>
  static void write(Stream& stream, const pitlane::RawMessage& message) {
    std::memcpy(stream.advance(serializedLength(message)), message.bytes.data(), message.bytes.size());
  }
  static std::uint32_t serializedLength(const pitlane::RawMessage& message) {
    return static_cast<std::uint32_t>(message.bytes.size());
  }
};
}  // namespace serialization
}  // namespace ros

namespace pitlane {

bool can_write_bags() { return true; }

void write_bag(const std::filesystem::path& path, const std::vector<MadeUpMessage>& messages,
               BagCompression compression, std::uint32_t chunk_bytes) {
  constexpr rosbag::CompressionType kTypes[] = {rosbag::compression::Uncompressed, rosbag::compression::BZ2,
                                                rosbag::compression::LZ4};
  rosbag::Bag bag(path.string(), rosbag::bagmode::Write);
  bag.setCompression(kTypes[static_cast<std::size_t>(compression)]);
  bag.setChunkThreshold(chunk_bytes);
  for (const MadeUpMessage& message : messages)
    bag.write(message.topic, ros::Time(message.time_s), RawMessage{message.type, message.bytes});
  bag.close();
}

}  // namespace pitlane
#else
namespace pitlane {
bool can_write_bags() { return false; }
void write_bag(const std::filesystem::path&, const std::vector<MadeUpMessage>&, BagCompression, std::uint32_t) {}
}  // namespace pitlane
#endif

namespace pitlane {
namespace {

class Bytes {
 public:
  template <typename T>
  Bytes& put(T value) {
    return raw(&value, sizeof value);
  }
  Bytes& raw(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), from, from + size);
    return *this;
  }
  Bytes& text(const std::string& value) {
    put(static_cast<std::uint32_t>(value.size()));
    return raw(value.data(), value.size());
  }
  Bytes& header() {
    for (const std::uint32_t number : {7U, 3U, 4U}) put(number);
    return text("camera_link");
  }
  Bytes& twist(double forward_mps, double sideways_mps, double yaw_radps) {
    for (const double number : {forward_mps, sideways_mps, 0.5, 0.25, 0.125, yaw_radps}) put(number);
    return *this;
  }
  MessageBytes take() { return std::move(out_); }

 private:
  MessageBytes out_;
};

}  // namespace

MessageBytes image_message(const cv::Mat& pixels, const std::string& encoding, std::uint32_t padding) {
  Bytes out;
  const auto row = static_cast<std::uint32_t>(pixels.cols * static_cast<int>(pixels.elemSize()));
  out.header().put(static_cast<std::uint32_t>(pixels.rows)).put(static_cast<std::uint32_t>(pixels.cols));
  out.text(encoding).put(std::uint8_t{0}).put(row + padding);
  out.put((row + padding) * static_cast<std::uint32_t>(pixels.rows));
  const std::vector<std::uint8_t> gap(padding, 0xEE);
  for (int y = 0; y < pixels.rows; ++y) out.raw(pixels.ptr(y), row).raw(gap.data(), gap.size());
  return out.take();
}

MessageBytes compressed_image_message(const std::string& file, const std::string& format) {
  return Bytes().header().text(format).text(file).take();
}

MessageBytes twist_message(double forward_mps, double yaw_radps) {
  return Bytes().twist(forward_mps, 0, yaw_radps).take();
}

MessageBytes twist_stamped_message(double forward_mps, double yaw_radps) {
  return Bytes().header().twist(forward_mps, 0, yaw_radps).take();
}

MessageBytes odometry_message(double x_m, double y_m, double forward_mps, double sideways_mps) {
  Bytes out;
  out.header().text("base_link").put(x_m).put(y_m);
  for (int i = 0; i < 1 + 4 + 36; ++i) out.put(0.0);  // height, attitude, covariance
  out.twist(forward_mps, sideways_mps, 0);
  for (int i = 0; i < 36; ++i) out.put(0.0);
  return out.take();
}

}  // namespace pitlane
