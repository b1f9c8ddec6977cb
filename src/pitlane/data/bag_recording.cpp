#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pitlane/core/log.h"
#include "pitlane/data/bag_file.h"
#include "pitlane/data/bag_topics.h"
#include "pitlane/data/command_track.h"
#include "pitlane/data/importers.h"
#include "pitlane/data/recording_builder.h"
#include "pitlane/data/ros_messages.h"
#include "pitlane/data/sessions.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

using Track = std::vector<TimedCommand>;

class BagFrameReader : public FrameReader {
 public:
  BagFrameReader(const std::shared_ptr<const BagFile>& bag, const std::vector<BagMessage>& messages, std::string type)
      : reader_(bag), messages_(messages), type_(std::move(type)) {}

  Result<StoredFrame> read(const RecordingRow& row) override {
    PITLANE_CHECK(row.frame >= 0 && static_cast<std::size_t>(row.frame) < messages_.size());
    PITLANE_TRY(const auto bytes, reader_.read(messages_[static_cast<std::size_t>(row.frame)]));
    return parse_image(bytes, type_);
  }

 private:
  BagReader reader_;
  const std::vector<BagMessage>& messages_;
  std::string type_;
};

class BagFrames : public FrameSource {
 public:
  BagFrames(std::shared_ptr<const BagFile> bag, const BagTopic& topic)
      : bag_(std::move(bag)), type_(topic.type), messages_(bag_->messages(topic.topic, topic.type)) {}

  [[nodiscard]] std::unique_ptr<FrameReader> reader() const override {
    return std::make_unique<BagFrameReader>(bag_, messages_, type_);
  }
  [[nodiscard]] const std::vector<BagMessage>& messages() const { return messages_; }

 private:
  std::shared_ptr<const BagFile> bag_;
  std::string type_;
  std::vector<BagMessage> messages_;
};

/// Reads a topic in the order of the file, so that each chunk is uncompressed once, and returns it by time.
template <typename Parse>
Result<Track> read_track(const std::shared_ptr<const BagFile>& bag, const BagTopic& topic, const Parse& parse) {
  std::vector<BagMessage> messages = bag->messages(topic.topic, topic.type);
  std::ranges::stable_sort(messages, {}, &BagMessage::chunk);
  Track track;
  track.reserve(messages.size());
  BagReader reader(bag);
  for (const BagMessage& message : messages) {
    const std::string where = topic.topic + " at " + std::to_string(message.time_s) + " s";
    auto bytes = reader.read(message);
    if (!bytes) return bytes.error().in(where);
    const auto values = parse(*bytes);
    if (!values) return corrupt("the message is too short").in(where);
    track.push_back({message.time_s, *values});
  }
  std::ranges::stable_sort(track, {}, &TimedCommand::time_s);
  return track;
}

Result<Track> read_commands(const std::shared_ptr<const BagFile>& bag, const BagTopic& topic) {
  return read_track(bag, topic, [&](auto bytes) -> std::optional<std::array<double, 2>> {
    const auto twist = parse_twist(bytes, topic.type);
    if (!twist) return std::nullopt;
    return std::array{twist->forward_mps, twist->yaw_radps};
  });
}

/// Never negative: some odometry has its twist in the world's axes, whose sign says nothing about the car.
Result<Track> read_speeds(const std::shared_ptr<const BagFile>& bag, const BagTopic& topic) {
  return read_track(bag, topic, [](auto bytes) -> std::optional<std::array<double, 2>> {
    const auto odometry = parse_odometry(bytes);
    if (!odometry) return std::nullopt;
    return std::array{std::hypot(odometry->twist.forward_mps, odometry->twist.sideways_mps), 0.0};
  });
}

/// Upwards to two digits, so that the range of a label does not hang on the last digit of one command.
float rounded_up(double value) {
  if (!(value > 0)) return 1;
  const double step = std::pow(10, std::floor(std::log10(value)) - 1);
  return static_cast<float>(std::ceil(value / step - 1e-9) * step);
}

/// JdeRobot's simulated car has ranges that its networks were trained with; other robots are as fast as they drove.
std::vector<LabelSpec> label_ranges(const BagTopics& topics, const std::vector<RecordingRow>& rows) {
  double slowest = 0, fastest = 0, sharpest = 0;
  for (const RecordingRow& row : rows) {
    slowest = std::min(slowest, row.labels[0]);
    fastest = std::max(fastest, row.labels[0]);
    sharpest = std::max(sharpest, std::abs(row.labels[1]));
  }
  if (topics.command.topic.starts_with("/F1ROS/")) return {{"v", "m/s", 6.5F, 24}, {"w", "rad/s", -7.1F, 7.1F}};
  const float w = rounded_up(sharpest);
  return {{"v", "m/s", slowest < 0 ? -rounded_up(-slowest) : 0, rounded_up(fastest)}, {"w", "rad/s", -w, w}};
}

class Aligner {
 public:
  Aligner(const BagOptions& options, Track commands, Track speeds, RecordingBuilder& builder)
      : options_(options), commands_(std::move(commands)), speeds_(std::move(speeds)), builder_(builder) {}

  /// `number` from 0.
  void take(const BagMessage& picture, std::int64_t number, const fs::path& bag) {
    RecordingRow row;
    row.line = number + 1;
    row.index = row.frame = number;
    row.time_s = picture.time_s;
    row.image = bag / ("picture " + std::to_string(row.line));
    // Before the first command and after the last nobody drove: no fault of the picture.
    if (picture.time_s < commands_.front().time_s - options_.tolerance_s ||
        picture.time_s > commands_.back().time_s + options_.tolerance_s) {
      ++outside_;
      return;
    }
    ++row_count_;
    const auto command = command_at(picture.time_s);
    if (!command) return builder_.bad(row.line, "no command within " + milliseconds() + " ms of the picture");
    if (!std::isfinite(static_cast<float>((*command)[0])) || !std::isfinite(static_cast<float>((*command)[1])))
      return builder_.bad(row.line, "its command is not finite");
    row.labels.assign(command->begin(), command->end());
    if (const auto speed = speed_at(picture.time_s); speed && std::isfinite((*speed)[0])) row.speed_mps = (*speed)[0];
    builder_.rows().push_back(std::move(row));
  }

  [[nodiscard]] std::int64_t row_count() const { return row_count_; }
  [[nodiscard]] std::int64_t outside() const { return outside_; }

 private:
  [[nodiscard]] std::optional<std::array<double, 2>> command_at(double time_s) const {
    if (options_.interpolate) return interpolated(commands_, time_s, options_.tolerance_s);
    return nearest(commands_, time_s, options_.tolerance_s);
  }
  [[nodiscard]] std::optional<std::array<double, 2>> speed_at(double time_s) const {
    if (const auto value = interpolated(speeds_, time_s, options_.tolerance_s)) return value;
    return nearest(speeds_, time_s, options_.tolerance_s);
  }
  [[nodiscard]] std::string milliseconds() const { return std::to_string(std::lround(options_.tolerance_s * 1000)); }

  const BagOptions& options_;
  Track commands_, speeds_;
  RecordingBuilder& builder_;
  std::int64_t row_count_ = 0, outside_ = 0;
};

Status check_overlap(const Aligner& aligner, std::size_t pictures) {
  if (aligner.row_count() == 0)
    return corrupt("none of its " + std::to_string(pictures) +
                   " pictures was taken while commands were given; record both at the same time");
  if (aligner.outside() > 0)
    log_info(std::to_string(aligner.outside()) + " of " + std::to_string(pictures) +
             " pictures were taken before the first command or after the last one and are left out");
  return {};
}

Result<Recording> open_with(const fs::path& file, const RecordingOptions& options) {
  PITLANE_TRY(const auto bag, BagFile::open(file));
  PITLANE_TRY(const BagTopics topics, choose_topics(*bag, options.bag));
  const auto frames = std::make_shared<BagFrames>(bag, topics.image);
  PITLANE_TRY(Track commands, read_commands(bag, topics.command));
  if (frames->messages().empty()) return corrupt("has no message on " + topics.image.topic + "; record it again");
  if (commands.empty()) return corrupt("has no message on " + topics.command.topic + "; record it again");
  Track speeds;
  if (topics.speed) {
    PITLANE_TRY(speeds, read_speeds(bag, *topics.speed));
  }
  RecordingBuilder builder("bag", file, file.filename().string(), {}, {""});
  builder.frames(frames);
  Aligner aligner(options.bag, std::move(commands), std::move(speeds), builder);
  std::int64_t number = 0;
  for (const BagMessage& picture : frames->messages()) aligner.take(picture, number++, file);
  PITLANE_TRY_STATUS(check_overlap(aligner, frames->messages().size()));
  builder.labels(label_ranges(topics, builder.rows()));
  assign_sessions_by_time(builder.rows());
  return std::move(builder).finish(aligner.row_count());
}

}  // namespace

Result<Recording> open_bag(const fs::path& file, const RecordingOptions& options) {
  if (!(options.bag.tolerance_s > 0) || !std::isfinite(options.bag.tolerance_s))
    return invalid_argument("the tolerance between picture and command must be a positive time");
  auto recording = open_with(file, options);
  if (recording || recording.error().message().starts_with(file.string())) return recording;
  return recording.error().in(file.string());
}

}  // namespace pitlane
