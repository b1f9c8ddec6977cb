// ROS 1 bags with pictures and commands.
#include "fuzz/bag_bytes.h"
#include "fuzz/recordings.h"
#include "pitlane/data/frame_source.h"

namespace pitlane::fuzz {
namespace {

template <typename T>
std::string little(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string stamp(int number) {
  return little(static_cast<std::uint32_t>(number)) + little(static_cast<std::uint32_t>(number / 10)) +
         little(static_cast<std::uint32_t>(number % 10) * 100'000'000U);
}

std::string image(int number) {
  constexpr std::uint32_t kHeight = 3, kWidth = 4;
  const std::string pixels(kHeight * kWidth * 3, static_cast<char>(number));
  return stamp(number) + little(0U) + little(kHeight) + little(kWidth) + little(4U) + "rgb8" + std::string(1, '\0') +
         little(kWidth * 3) + little(static_cast<std::uint32_t>(pixels.size())) + pixels;
}

std::string twist(double forward, double turn) {
  std::string out = little(forward);
  for (int i = 0; i < 4; ++i) out += little(0.0);
  return out + little(turn);
}

}  // namespace

void run(Bytes input) {
  static const Scratch scratch;
  const auto recording = open_recording(scratch.put("drive.bag", input));
  if (!recording) return check_error(recording.error());
  PITLANE_CHECK(!recording->rows.empty() && recording->image_width > 0);
  const std::unique_ptr<FrameReader> frames = frame_reader(*recording);
  for (const RecordingRow& row : recording->rows) {
    PITLANE_CHECK(row.labels.size() == recording->labels.size());
    const auto frame = frames->read(row);
    if (!frame) {
      check_error(frame.error());
    } else if (frame->raw()) {
      const auto pixels = static_cast<std::size_t>(frame->raw_size.width) * frame->raw_size.height;
      PITLANE_CHECK(frame->bytes.size() == pixels * static_cast<std::size_t>(channels_of(frame->raw_format)));
    }
  }
}

void add_seeds(Seeds& seeds) {
  std::vector<BagRecord> messages;
  for (int i = 0; i < 6; ++i) {
    messages.push_back({0, image(i)});
    messages.push_back({1, twist(6 + i, 0.1 * i)});
  }
  const std::vector<BagTopic> topics = {
      {"/camera", "sensor_msgs/Image", "060021388200f6f0f447d0fcd9c64743", "Header header\n"},
      {"/cmd_vel", "geometry_msgs/Twist", "9f195f881246fdfa2798d1d3eebca84a", "Vector3 linear\n"}};
  seeds.add("drive.bag", bag_bytes(topics, messages));
  seeds.add("no-command.bag", bag_bytes({topics[0]}, {{0, image(1)}, {0, image(2)}}));
}

}  // namespace pitlane::fuzz
