#include "pitlane/data/convert_recording.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "made_up_bag.h"
#include "made_up_recording.h"
#include "pitlane/core/file.h"
#include "pitlane/data/frame_source.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Numbers whose text is long: they survive exactly or not at all.
double angle(int i) { return -0.7 + 0.1234567890123456 * i / 3; }
double throttle(int i) { return 1.0 / (i + 3); }

std::string text_of(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

/// 30 rows, three sessions of which the second begins without a pause, JPEG and PNG.
void make_pitlane(const MadeUpRecording& made,
                  const std::string& labels = R"({"name": "steering", "unit": "1", "low": -1, "high": 1},
      {"name": "throttle", "unit": "1", "low": 0, "high": 1}, {"name": "brake", "unit": "1", "low": 0, "high": 1})",
                  const std::string& more = "") {
  made.text("recording.json",
            R"({"format": "pitlane-recording", "version": 1, "labels": [)" + labels + "]" + more + "}");
  std::string csv = "image_name,steering,throttle,brake,speed_mps,timestamp,session\n";
  for (int i = 0; i < 30; ++i) {
    const std::string name = "frame" + std::to_string(i) + (i % 4 == 0 ? ".png" : ".jpg");
    made.image(name, i);
    const double time_s = 1700000000 + 0.05 * i + (i >= 20 ? 100 : 0);
    csv += name + "," + text_of(angle(i)) + "," + text_of(throttle(i)) + "," + text_of(0.01 * i) + "," +
           (i == 5 ? "" : text_of(1.7 * i)) + "," + text_of(time_s) + "," + std::to_string(i / 10) + "\n";
  }
  made.text("data.csv", csv);
}

Recording open(const fs::path& path) {
  const auto recording = open_recording(path);
  EXPECT_TRUE(recording) << recording.error().message();
  return recording ? *recording : Recording();
}

std::vector<std::byte> bytes_of(const Recording& recording, const RecordingRow& row) {
  const auto frame = frame_reader(recording)->read(row);
  EXPECT_TRUE(frame) << frame.error().message();
  return frame ? frame->bytes : std::vector<std::byte>();
}

/// Label `name` of every row.
std::vector<double> column(const Recording& recording, const std::string& name) {
  std::vector<double> out;
  for (std::size_t i = 0; i < recording.labels.size(); ++i)
    if (recording.labels[i].name == name)
      for (const RecordingRow& row : recording.rows) out.push_back(row.labels[i]);
  return out;
}

std::vector<int> sessions(const Recording& recording) {
  std::vector<int> out;
  for (const RecordingRow& row : recording.rows) out.push_back(row.session);
  return out;
}

void expect_same_pictures(const Recording& a, const Recording& b) {
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    EXPECT_EQ(bytes_of(a, a.rows[i]), bytes_of(b, b.rows[i])) << i;
    EXPECT_EQ(a.rows[i].image.extension(), b.rows[i].image.extension());
  }
}

class Convert : public ::testing::Test {
 protected:
  Recording to(const Recording& from, const std::string& format, bool drop = false) {
    const fs::path out = folder_ / (std::to_string(++count_) + "-" + format);
    const auto made = convert_recording(from, out, {format, drop, "the command"});
    EXPECT_TRUE(made) << made.error().message();
    if (!made) return {};
    EXPECT_EQ(made->rows, static_cast<std::int64_t>(from.rows.size()));
    last_ = *made;
    Recording read = open(out);
    EXPECT_THAT(read.problems, IsEmpty());
    return read;
  }
  std::string fault(const Recording& from, const std::string& format, bool drop = false) {
    const auto made = convert_recording(from, folder_ / "fault", {format, drop, ""});
    fs::remove_all(folder_ / "fault");
    return made ? "fine" : made.error().message();
  }

  MadeUpRecording made_;
  TemporaryDirectory folder_;
  ConvertedRecording last_;
  int count_ = 0;
};

// A slow robot's speeds would all be the lowest of DeepLearningStudio's car.
TEST_F(Convert, RangesOfAnotherCarComeBackFromDeepLearningStudio) {
  made_.text("recording.json", R"({"format": "pitlane-recording", "version": 1, "labels": [
      {"name": "v", "unit": "m/s", "low": 0, "high": 0.5}, {"name": "w", "unit": "rad/s", "low": -1.2, "high": 1.2}]})");
  std::string csv = "image_name,v,w\n";
  for (int i = 0; i < 12; ++i) {
    made_.image(std::to_string(i) + ".png", i);
    csv += std::to_string(i) + ".png," + text_of(0.04 * i) + "," + text_of(0.1 * i) + "\n";
  }
  made_.text("data.csv", csv);
  const Recording there = to(open(made_.path()), "deeplearningstudio");
  EXPECT_EQ(there.format, "deeplearningstudio");
  EXPECT_THAT(last_.apart, ElementsAre(AllOf(HasSubstr("v 0 to 0.5, w -1.2 to 1.2"), HasSubstr("label_ranges.json"),
                                             HasSubstr("itself maps v from 6.5 to 24"))));
  ASSERT_THAT(there.labels, SizeIs(2));
  EXPECT_FLOAT_EQ(there.labels[0].low, 0);
  EXPECT_FLOAT_EQ(there.labels[0].high, 0.5F);
  EXPECT_FLOAT_EQ(there.labels[1].low, -1.2F);
  EXPECT_FLOAT_EQ(there.labels[1].high, 1.2F);
  // Ours and back once more.
  EXPECT_FLOAT_EQ(to(there, "pitlane").labels[0].high, 0.5F);
  std::ofstream(there.directory / "label_ranges.json") << R"({"format": "pitlane-recording", "version": 1, "labels": [
      {"name": "speed", "unit": "m/s", "low": 0, "high": 1}]})";
  const auto broken = open_recording(there.directory);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message(), AllOf(HasSubstr("label_ranges.json: its labels must be v (m/s) and w (rad/s)"),
                                              HasSubstr("mend or delete it")));
}

TEST_F(Convert, EveryFormatKeepsLabelsPicturesTimesAndSessions) {
  make_pitlane(made_);
  const Recording first = open(made_.path());
  // All of them through all of them, with the label that only some hold left out.
  for (const std::string& one : recording_targets())
    for (const std::string& other : recording_targets()) {
      if (one == "deeplearningstudio" || other == "deeplearningstudio") continue;  // has other labels
      SCOPED_TRACE(one + " to " + other);
      Recording there = to(first, one, true);
      if (one == "udacity" || other == "udacity") {
        // Its times are names: a session that begins without a pause is lost.
        for (Recording* recording : {&there})
          for (RecordingRow& row : recording->rows) row.session = row.index < 20 ? 0 : 1;
      }
      const Recording back = to(there, other, true);
      expect_same_pictures(first, back);
      EXPECT_EQ(column(back, "steering"), column(first, "steering"));
      EXPECT_EQ(column(back, "throttle"), column(first, "throttle"));
      EXPECT_EQ(sessions(back), sessions(there));
      for (std::size_t i = 0; i < back.rows.size(); ++i) {
        EXPECT_NEAR(back.rows[i].time_s, first.rows[i].time_s, 0.0006) << i;
        if (std::isnan(first.rows[i].speed_mps)) continue;
        EXPECT_DOUBLE_EQ(back.rows[i].speed_mps, first.rows[i].speed_mps) << i;
      }
      EXPECT_EQ(last_.copied, 30);
      EXPECT_EQ(last_.encoded, 0);
    }
}

TEST_F(Convert, PitlaneHoldsEverything) {
  make_pitlane(made_, R"({"name": "steering", "unit": "1", "low": -1, "high": 1},
    {"name": "throttle", "unit": "1", "low": 0, "high": 0.5}, {"name": "brake", "unit": "bar", "low": 0, "high": 9})",
               R"(, "circuits": ["oval"], "stored_preprocessing": {"source_width": 640, "source_height": 480,
               "crop": [0, 240, 640, 240], "width": 16, "height": 12, "format": "bgr"})");
  const Recording first = open(made_.path()), again = to(first, "pitlane");
  ASSERT_EQ(again.rows.size(), first.rows.size());
  for (std::size_t i = 0; i < first.rows.size(); ++i) {
    EXPECT_EQ(again.rows[i].labels, first.rows[i].labels);
    EXPECT_EQ(again.rows[i].time_s, first.rows[i].time_s);
    EXPECT_EQ(again.rows[i].session, first.rows[i].session);
    EXPECT_EQ(std::isnan(again.rows[i].speed_mps), i == 5) << "unknown stays unknown";
  }
  expect_same_pictures(first, again);
  EXPECT_EQ(again.circuits, first.circuits);
  ASSERT_TRUE(again.stored);
  EXPECT_EQ(*again.stored, *first.stored);
  EXPECT_EQ(again.labels[1].high, 0.5F);
  EXPECT_EQ(again.labels[2].unit, "bar");
  const auto json = Json::parse(*read_text(again.directory / "recording.json"));
  EXPECT_EQ(json["command"], "the command");
  EXPECT_FALSE(json.contains("seed"));
}

TEST_F(Convert, DeepLearningStudioThereAndBack) {
  std::string csv = "w,v,timestamp\n";
  for (int i = 0; i < 20; ++i) {
    made_.image(std::to_string(i) + ".png", i);
    csv += text_of(angle(i)) + "," + text_of(7 + throttle(i)) + "," + text_of(3 + 0.1 * i) + "\n";
  }
  made_.text("data.csv", csv);
  const Recording first = open(made_.path());
  const Recording ours = to(first, "pitlane"), back = to(ours, "deeplearningstudio");
  EXPECT_EQ(back.format, "deeplearningstudio");
  for (const char* name : {"v", "w"}) EXPECT_EQ(column(back, name), column(first, name));
  expect_same_pictures(first, back);
  EXPECT_THAT(fault(first, "tub"),
              AllOf(HasSubstr("format tub: needs a label 'steering' (1), this recording has only v, w"),
                    HasSubstr("choose pitlane")));
  EXPECT_THAT(fault(first, "udacity", true), HasSubstr("needs a label 'steering'"));
}

void expect_same_rows(const Recording& a, const Recording& b) {
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    SCOPED_TRACE(i);
    const RecordingRow &one = a.rows[i], &other = b.rows[i];
    EXPECT_EQ(one.labels, other.labels);
    EXPECT_EQ(one.time_s, other.time_s);
    EXPECT_TRUE(one.speed_mps == other.speed_mps || (std::isnan(one.speed_mps) && std::isnan(other.speed_mps)));
    EXPECT_EQ(one.command, other.command);
    EXPECT_EQ(one.light, other.light);
    EXPECT_EQ(one.session, other.session);
    EXPECT_EQ(one.drive, other.drive);
    EXPECT_EQ(one.camera, other.camera);
    EXPECT_EQ(one.line, other.line);
    EXPECT_EQ(one.index, other.index);
    EXPECT_EQ(one.frame, other.frame);
    EXPECT_EQ(one.sample, other.sample);
  }
  expect_same_pictures(a, b);
}

/// Commands and lights that are not known everywhere, and a car that was put back within a session.
void make_with_states(const MadeUpRecording& made, const std::string& labels) {
  std::string csv = "image_name," + labels + ",speed_mps,command,light,drive,timestamp,session\n";
  for (int i = 0; i < 24; ++i) {
    made.image(std::to_string(i) + ".png", i);
    csv += std::to_string(i) + ".png," + text_of(angle(i)) + "," + text_of(throttle(i)) + "," +
           (i == 5 ? "" : text_of(1.7 * i)) + "," + (i == 7 ? "" : std::to_string(i % 4)) + "," +
           (i == 8 ? "" : std::to_string(i % 3)) + "," + std::to_string(i % 12 / 5) + "," + text_of(3 + 0.1 * i) + "," +
           std::to_string(i / 12) + "\n";
  }
  made.text("data.csv", csv);
}

// A car that was put somewhere else, a command and a light are as much of a row as its labels are.
TEST_F(Convert, EveryFieldOfARowSurvives) {
  make_with_states(made_, "w,v");
  const Recording first = open(made_.path());
  EXPECT_EQ(first.rows[7].command, -1) << "an empty field is unknown";
  EXPECT_EQ(first.rows[8].light, -1);
  EXPECT_EQ(first.rows[11].drive, 2);
  for (const std::string one : {"pitlane", "deeplearningstudio"})
    for (const std::string other : {"pitlane", "deeplearningstudio"}) {
      SCOPED_TRACE(one + " to " + other);
      const Recording there = to(first, one);
      expect_same_rows(first, there);
      expect_same_rows(first, to(there, other));
    }
}

TEST_F(Convert, StatesThatAFormatCannotHoldAreNamed) {
  make_with_states(made_, "steering,throttle");
  made_.text("recording.json", R"({"format": "pitlane-recording", "version": 1, "labels":
      [{"name": "steering", "unit": "1", "low": -1, "high": 1}, {"name": "throttle", "unit": "1", "low": 0, "high": 1}]})");
  Recording first = open(made_.path());
  for (const std::string format : {"tub", "udacity"})
    EXPECT_THAT(fault(first, format), HasSubstr("cannot hold the high-level commands, the traffic lights, "
                                                "where the car was put somewhere else"));
  const Recording tub = to(first, "tub", true);
  EXPECT_EQ(tub.rows[3].command, -1);
  for (RecordingRow& row : first.rows) row.command = row.light = -1;
  EXPECT_THAT(fault(first, "tub"), HasSubstr("cannot hold where the car was put somewhere else; leave"));
  for (RecordingRow& row : first.rows) row.drive = 0;
  EXPECT_EQ(fault(first, "tub"), "fine");
  for (const std::string name : {"command", "light", "drive"}) {
    first.labels[0].name = name;
    EXPECT_THAT(fault(first, "pitlane"), HasSubstr("label '" + name + "' has the name of a column"));
  }
}

TEST_F(Convert, TimesThatNoCalendarHasAreNamed) {
  make_pitlane(made_);
  const Recording sound = open(made_.path());
  for (const double time_s : {1e20, -1e20, 253402300799.9996, -0.001, std::nan("")}) {
    Recording first = sound;
    first.rows[4].time_s = time_s;
    for (const std::string format : {"tub", "udacity"})
      EXPECT_THAT(fault(first, format), HasSubstr("the times of its frames")) << format << time_s;
    const Recording tub = to(first, "tub", true);
    EXPECT_EQ(tub.rows[5].time_s, 0) << time_s;
    EXPECT_EQ(sessions(tub), sessions(sound)) << "those are said, not told by times";
    EXPECT_THAT(*read_text(tub.directory / "catalog_0.catalog"), AllOf(HasSubstr("70-01-01_2"), Not(HasSubstr("_ms"))));
  }
  Recording last = sound;
  for (std::size_t i = 0; i < last.rows.size(); ++i) last.rows[i].time_s = 253402300799 - 30.0 + static_cast<double>(i);
  EXPECT_EQ(to(last, "tub", true).rows[29].time_s, last.rows[29].time_s);
}

TEST_F(Convert, WhatAFormatCannotHoldIsNamed) {
  make_pitlane(made_, R"({"name": "steering", "unit": "1", "low": -1, "high": 1},
    {"name": "throttle", "unit": "1", "low": 0, "high": 1}, {"name": "brake", "unit": "1", "low": 0, "high": 1})",
               R"(, "circuits": ["oval"])");
  const Recording first = open(made_.path());
  EXPECT_THAT(
      fault(first, "tub"),
      AllOf(HasSubstr("format tub cannot hold the names of the circuits that it was recorded on, label 'brake'; "
                      "leave that out with --drop")));
  EXPECT_THAT(fault(first, "udacity"), HasSubstr("cannot hold the names of the circuits that it was recorded on, "
                                                 "where its sessions begin"));
  EXPECT_EQ(fault(first, "tub", true), "fine");
  EXPECT_THAT(fault(first, "rosbag"), HasSubstr("unknown recording format 'rosbag'; pitlane, deeplearningstudio"));
  EXPECT_THAT(fs::exists(folder_ / "fault"), false);
  (void)to(first, "tub", true);
  EXPECT_THAT(last_.dropped, SizeIs(2));
}

TEST_F(Convert, UdacityThereAndBackWithSideCameras) {
  std::string log;
  for (int i = 0; i < 20; ++i) {
    const std::string moment = "2018_07_16_17_11_" + std::to_string(10 + i) + "_382.jpg";
    for (const char* camera : {"center_", "left_", "right_"}) {
      made_.image("IMG/" + (camera + moment), i);
      log += "C:\\old\\" + (camera + moment) + ",";
    }
    log += text_of(angle(i)) + "," + text_of(throttle(i)) + ",0.25," + std::to_string(30 + i) + ".19\n";
  }
  made_.text("driving_log.csv", log);
  const Recording first = open(made_.path());
  ASSERT_THAT(first.side_rows, SizeIs(40));
  const Recording again = to(first, "udacity");
  ASSERT_THAT(again.side_rows, SizeIs(40));
  EXPECT_EQ(last_.copied, 60);
  for (const char* name : {"steering", "throttle", "brake", "speed"})
    EXPECT_EQ(column(again, name), column(first, name));
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(again.side_rows[i].camera, first.side_rows[i].camera);
    EXPECT_EQ(again.side_rows[i].labels, first.side_rows[i].labels);
    EXPECT_EQ(bytes_of(again, again.side_rows[i]), bytes_of(first, first.side_rows[i]));
    EXPECT_EQ(again.side_rows[i].image.filename(), first.side_rows[i].image.filename());
  }
  // Through a tub and back: miles an hour become metres a second and miles an hour again, to the last digit.
  EXPECT_THAT(fault(first, "tub"), HasSubstr("cannot hold label 'brake', the pictures of the side cameras; leave"));
  const Recording back = to(to(first, "tub", true), "udacity");
  EXPECT_THAT(last_.made_up, ElementsAre("brake"));
  for (const char* name : {"steering", "throttle", "speed"}) EXPECT_EQ(column(back, name), column(first, name)) << name;
}

TEST_F(Convert, UdacityNeedsAMillisecondForEachFrame) {
  make_pitlane(made_);
  Recording first = open(made_.path());
  for (RecordingRow& row : first.rows) row.session = 0;
  first.rows[7].time_s = first.rows[6].time_s + 1e-5;
  EXPECT_THAT(fault(first, "udacity"), HasSubstr("cannot hold the times of its frames; leave that out"));
  const Recording numbered = to(first, "udacity", true);
  EXPECT_EQ(numbered.rows[7].image.filename(), "center_7.jpg");
  EXPECT_EQ(numbered.rows[7].time_s, 0);
  for (RecordingRow& row : first.rows) row.time_s = 0;  // nothing to lose
  EXPECT_EQ(fault(first, "udacity"), "fine");
}

// Line by line, as donkeycar's classes read it: by the lengths in the catalogs' manifests.
TEST_F(Convert, ATubIsWhatDonkeycarReads) {
  make_pitlane(made_);
  Recording first = open(made_.path());
  while (first.rows.size() < 2010) {
    first.rows.push_back(first.rows[first.rows.size() - 30]);
    first.rows.back().index = static_cast<std::int64_t>(first.rows.size()) - 1;
  }
  const Recording tub = to(first, "tub", true);
  std::istringstream manifest(*read_text(tub.directory / "manifest.json"));
  std::vector<Json> lines;
  for (std::string line; std::getline(manifest, line);) lines.push_back(Json::parse(line));
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(lines[0], Json({"cam/image_array", "user/angle", "user/throttle", "user/mode", "enc/speed"}));
  EXPECT_EQ(lines[1], Json({"image_array", "float", "float", "str", "float"}));
  EXPECT_EQ(lines[2], Json::object());
  EXPECT_EQ(lines[3]["sessions"]["last_id"], 2);
  EXPECT_EQ(lines[3]["sessions"]["last_full_id"], "23-11-14_2");
  EXPECT_EQ(lines[4]["paths"], Json({"catalog_0.catalog", "catalog_1.catalog", "catalog_2.catalog"}));
  EXPECT_EQ(lines[4]["current_index"], 2010);
  EXPECT_EQ(lines[4]["max_len"], 1000);
  EXPECT_EQ(lines[4]["deleted_indexes"], Json::array());
  std::int64_t index = 0;
  for (const Json& path : lines[4]["paths"]) {
    const std::string catalog = *read_text(tub.directory / path.get<std::string>());
    const auto notes = Json::parse(*read_text(tub.directory / (path.get<std::string>() + "_manifest")));
    EXPECT_EQ(notes["start_index"], index);
    EXPECT_EQ(notes["path"], path.get<std::string>() + "_manifest");
    std::size_t place = 0;
    for (const Json& length : notes["line_lengths"]) {
      const auto size = length.get<std::size_t>();
      ASSERT_LE(place + size, catalog.size());
      EXPECT_EQ(catalog[place + size - 1], '\n');
      const auto record = Json::parse(catalog.substr(place, size - 1));
      EXPECT_EQ(record["_index"], index);
      EXPECT_TRUE(record["user/angle"].is_number_float());
      EXPECT_EQ(record["user/angle"], angle(static_cast<int>(index % 30)));
      EXPECT_TRUE(fs::exists(tub.directory / "images" / record["cam/image_array"].get<std::string>()));
      EXPECT_EQ(record["user/mode"], "user");
      place += size;
      ++index;
    }
    EXPECT_EQ(place, catalog.size());
  }
  EXPECT_EQ(index, 2010);
}

TEST_F(Convert, DamagedPicturesAreLeftOutTooManyAreAnError) {
  make_pitlane(made_);
  const Recording first = open(made_.path());
  made_.cut("frame3.jpg", 30);
  made_.image("frame5.jpg", 5, 20, 12);
  const auto made = convert_recording(first, folder_ / "out", {});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->rows, 28);
  EXPECT_THAT(made->skipped,
              ElementsAre("data.csv:5: frame3.jpg: truncated JPEG", "data.csv:7: frame5.jpg: is 20x12, not 16x12"));
  EXPECT_EQ(open(folder_ / "out").rows[3].labels, first.rows[4].labels) << "labels stay with their pictures";
  made_.text("frame6.jpg", "");
  made_.text("frame7.jpg", "");
  EXPECT_THAT(fault(first, "pitlane"), HasSubstr("4 of 30 rows are bad, more than a tenth"));
}

TEST_F(Convert, StoppedItLeavesNothing) {
  make_pitlane(made_);
  const Recording first = open(made_.path());
  for (const std::string format : {"pitlane", "tub"}) {
    const auto stop = [](const Progress& state) { return state.done < 17; };
    const auto made = convert_recording(first, folder_ / "new/out", {format, true, ""}, stop);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind(), ErrorKind::kInterrupted);
    EXPECT_TRUE(fs::is_empty(folder_.path())) << format;
  }
}

TEST_F(Convert, PlacesThatCannotBe) {
  make_pitlane(made_);
  const Recording first = open(made_.path());
  const auto fault_at = [&](const fs::path& out) { return convert_recording(first, out, {}).error().message(); };
  EXPECT_THAT(fault_at(made_.path() / "copy"), HasSubstr("lies inside the recording"));
  EXPECT_THAT(fault_at(made_.path()), HasSubstr("lies inside the recording"));
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THAT(fault_at(folder_.path()), HasSubstr("is not empty (it holds file)"));
  EXPECT_THAT(fault_at(folder_ / "file"), HasSubstr("is a file"));
}

TEST_F(Convert, RawPicturesOfABagBecomePngWithoutLoss) {
  PITLANE_NEEDS_ROSBAG();
  std::vector<MadeUpMessage> messages;
  for (int k = 0; k < 20; ++k) {
    const cv::Mat picture = MadeUpRecording::picture(16, 12, k);
    std::vector<unsigned char> jpeg;
    cv::imencode(".jpg", picture, jpeg);
    messages.push_back({"/raw", "sensor_msgs/Image", 10 + 0.05 * k, image_message(picture, "bgr8", 3)});
    messages.push_back({"/jpeg", "sensor_msgs/CompressedImage", 10 + 0.05 * k,
                        compressed_image_message({jpeg.begin(), jpeg.end()}, "jpeg")});
    messages.push_back({"/cmd_vel", "geometry_msgs/Twist", 10 + 0.05 * k, twist_message(throttle(k), angle(k))});
  }
  write_bag(folder_ / "drive.bag", messages, BagCompression::kLz4);
  for (const std::string topic : {"/raw", "/jpeg"}) {
    RecordingOptions options;
    options.bag.image_topic = topic;
    const auto bag = open_recording(folder_ / "drive.bag", options);
    ASSERT_TRUE(bag) << bag.error().message();
    for (const std::string format : {"pitlane", "deeplearningstudio"}) {
      const Recording files = to(*bag, format);
      EXPECT_EQ(last_.encoded, topic == "/raw" ? 20 : 0);
      for (std::size_t k = 0; k < 20; ++k) {
        EXPECT_THAT(files.rows[k].labels, ElementsAre(throttle(static_cast<int>(k)), angle(static_cast<int>(k))));
        if (topic == "/jpeg") {
          EXPECT_EQ(bytes_of(files, files.rows[k]), bytes_of(*bag, bag->rows[k]));
          continue;
        }
        const cv::Mat read = cv::imread(files.rows[k].image.string());
        const cv::Mat expected = MadeUpRecording::picture(16, 12, static_cast<int>(k));
        EXPECT_EQ(cv::norm(read, expected, cv::NORM_INF), 0) << k;
      }
    }
  }
}

}  // namespace
}  // namespace pitlane
