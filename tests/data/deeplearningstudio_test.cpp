#include <random>

#include "made_up_recording.h"
#include "pitlane/core/log.h"
#include "pitlane/data/recording.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string fault(const std::filesystem::path& directory) {
  const auto recording = open_recording(directory);
  return recording ? "fine" : recording.error().message();
}

std::vector<std::string> names(const Recording& recording) {
  std::vector<std::string> out;
  for (const RecordingRow& row : recording.rows)
    out.push_back(row.image.lexically_relative(recording.directory).string());
  return out;
}

TEST(DeepLearningStudio, PairsByNameWhateverTheOrder) {
  const MadeUpRecording made;
  for (int i = 0; i < 12; ++i) made.image(std::to_string(i) + ".png", i);
  made.text("data.csv", "w,image_name,v\n0.2,10.png,10\n-0.1,2.png,2\n0.3,1.png,1\n");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "deeplearningstudio");
  EXPECT_THAT(names(*recording), ElementsAre("10.png", "2.png", "1.png"));
  EXPECT_THAT(recording->rows[0].labels, ElementsAre(10.0, 0.2)) << "v first, as the labels are listed";
  EXPECT_EQ(recording->rows[2].line, 4);
  EXPECT_EQ(recording->rows[2].index, 2);
  EXPECT_EQ(recording->image_width, 16);
  EXPECT_EQ(recording->image_height, 12);
  ASSERT_THAT(recording->labels, SizeIs(2));
  EXPECT_EQ(recording->labels[0].name, "v");
  EXPECT_EQ(recording->labels[1].low, -7.1F);
}

TEST(DeepLearningStudio, WithoutNamesRowNIsImageN) {
  const MadeUpRecording made;
  std::string csv = "v,w,timestamp\n";
  for (int i = 0; i < 12; ++i) {
    if (i != 3) made.image(std::to_string(i) + ".png", i);
    csv += std::to_string(i) + ",0,0\n";
  }
  made.text("data.csv", csv);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  ASSERT_THAT(recording->rows, SizeIs(11));
  for (const RecordingRow& row : recording->rows)
    EXPECT_EQ(row.image.stem().string(), std::to_string(static_cast<int>(row.labels[0]))) << "a gap shifts nothing";
  EXPECT_THAT(recording->problems, ElementsAre("data.csv:5: image '3.png' is missing"));
}

TEST(DeepLearningStudio, NumbersMayStartAtOne) {
  const MadeUpRecording made;
  std::string csv = "v,w\n";
  for (int i = 1; i <= 11; ++i) {
    made.image(std::to_string(i) + ".png", i);
    csv += std::to_string(i) + ",0\n";
  }
  made.text("data.csv", csv);
  auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(11));
  for (const RecordingRow& row : recording->rows)
    EXPECT_EQ(row.image.stem().string(), std::to_string(static_cast<int>(row.labels[0])));

  // Image 0 lost, but 10 is the last of 11 rows: numbers start at 0 all the same.
  std::filesystem::remove(made.path() / "11.png");
  recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->rows.front().image.filename(), "1.png");
  EXPECT_EQ(recording->rows.front().labels[0], 2);
}

TEST(DeepLearningStudio, NumbersThatFitNeitherWayAreNotGuessed) {
  const MadeUpRecording made;
  made.image("100.png", 1);
  made.image("101.png", 1);
  made.text("data.csv", "v,w\n1,2\n2,3\n");
  EXPECT_THAT(fault(made.path()), HasSubstr("name each row's image in a column 'image_name'"));
}

TEST(DeepLearningStudio, HeaderFaults) {
  const MadeUpRecording made;
  made.text("data.csv", "image_name,speed,w\n");
  EXPECT_THAT(fault(made.path()), HasSubstr("no column 'v' in its header ('image_name', 'speed', 'w')"));
  made.text("data.csv", "v,w,v\n");
  EXPECT_THAT(fault(made.path()), HasSubstr("two columns are named 'v'"));
  made.text("data.csv", "\"v,w\n");
  EXPECT_THAT(fault(made.path()), HasSubstr("quote"));
}

TEST(DeepLearningStudio, SessionsFromTheirColumn) {
  const MadeUpRecording made;
  made.image("a.png", 1);
  made.text("data.csv", "image_name,v,w,session\na.png,1,2,lap2\na.png,1,2,lap2\na.png,1,2,lap1\n");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->rows[0].session, 0);
  EXPECT_EQ(recording->rows[1].session, 0);
  EXPECT_EQ(recording->rows[2].session, 1);
}

TEST(DeepLearningStudio, SessionsFromTimesInNanoseconds) {
  const MadeUpRecording made;
  made.image("a.png", 1);
  std::string csv = "image_name,v,w,timestamp\n";
  for (const char* time : {"1650000000000000000", "1650000000050000000", "1650000000100000000", "1650000009000000000",
                           "1650000009050000000", "1650000001000000000"})
    csv += std::string("a.png,1,2,") + time + "\n";
  made.text("data.csv", csv);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  std::vector<int> sessions;
  for (const RecordingRow& row : recording->rows) sessions.push_back(row.session);
  EXPECT_THAT(sessions, ElementsAre(0, 0, 0, 1, 1, 2));
  EXPECT_NEAR(recording->rows[1].time_s - recording->rows[0].time_s, 0.05, 1e-4);
}

TEST(DeepLearningStudio, TimesThatAreNotNumbersAreNotUsed) {
  const MadeUpRecording made;
  made.image("a.png", 1);
  made.text("data.csv", "image_name,v,w,timestamp\na.png,1,2,5\na.png,1,2,noon\n");
  std::string warning;
  set_log_sink([&](LogLevel, std::string_view text) { warning = text; });
  const auto recording = open_recording(made.path());
  set_log_sink({});
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->rows[0].time_s, 0);
  EXPECT_EQ(recording->rows[1].session, 0);
  EXPECT_EQ(warning, "data.csv:3: timestamp is 'noon', not a number; the times of this recording are not used");
}

TEST(DeepLearningStudioJson, ObjectsOneAfterAnother) {
  const MadeUpRecording made;
  for (int i = 1; i <= 3; ++i) made.image("Images/" + std::to_string(i) + ".png", i);
  made.text("data.json", R"({"w": 0.5, "v": 8}{"w": -0.25, "v": 9}{"v": 10.5, "w": 0})");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "deeplearningstudio");
  EXPECT_THAT(names(*recording), ElementsAre("Images/1.png", "Images/2.png", "Images/3.png"));
  EXPECT_THAT(recording->rows[0].labels, ElementsAre(8.0F, 0.5F));
  EXPECT_THAT(recording->rows[2].labels, ElementsAre(10.5F, 0.0F));
}

TEST(DeepLearningStudioJson, BadObjectsCountAndDoNotShift) {
  const MadeUpRecording made;
  std::string json;
  for (int i = 0; i < 40; ++i) {
    made.image("Images/" + std::to_string(i) + ".png", i);
    if (i == 5) {
      json += R"({"w": NaN, "v": 5})";
    } else if (i == 9) {
      json += R"({"w": 0.1, "v")";  // the logger died here once
    } else if (i == 12) {
      json += R"({"w": "left", "v": 12})";
    } else {
      json += R"({"w": 0.1, "v": )" + std::to_string(i) + "}";
    }
  }
  made.text("data.json", json);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->rows, SizeIs(37));
  for (const RecordingRow& row : recording->rows)
    EXPECT_EQ(row.image.stem().string(), std::to_string(static_cast<int>(row.labels[0])));
  ASSERT_THAT(recording->problems, SizeIs(3));
  EXPECT_THAT(recording->problems[0], HasSubstr("data.json:6: not valid JSON"));
  EXPECT_THAT(recording->problems[2], HasSubstr("data.json:13: w is missing or not a finite number"));
}

// The parser takes many times the size of what it reads.
TEST(DeepLearningStudioJson, EndlessObjectsAreNotParsed) {
  const MadeUpRecording made;
  made.image("0.png", 1);
  made.text("data.json", R"({"v": )" + std::string(100'000, '['));
  EXPECT_THAT(fault(made.path()), HasSubstr(R"(longer than 65536 bytes: '{"v": [[[)"));
}

TEST(DeepLearningStudio, RandomBytesNeverCrash) {
  const MadeUpRecording made;
  made.image("0.png", 1);
  std::mt19937 bits(1);
  const std::string alphabet = "vw,\"\n\r{}:0.9e-image_ \\\xFF";
  for (int round = 0; round < 500; ++round) {
    std::string junk = round % 2 == 0 ? "v,w\n" : "{\"v\": 1, \"w\": 2}";
    for (int i = 0; i < 200; ++i) junk += alphabet[bits() % alphabet.size()];
    made.text(round % 2 == 0 ? "data.csv" : "data.json", junk);
    (void)open_recording(made.path());
    std::filesystem::remove(made.path() / "data.csv");
  }
}

TEST(DeepLearningStudio, NestedObjectsAreExplained) {
  const MadeUpRecording made;
  std::string text;
  for (int i = 1; i <= 12; ++i) {
    made.image("Images/" + std::to_string(i) + ".png", i);
    text += R"({"v": 8, "w": 0.1, "pose": {"x": 1}})";
  }
  made.text("data.json", text);
  EXPECT_THAT(fault(made.path()),
              ::testing::AllOf(HasSubstr("data.json: no images 0.png to 23.png"),
                               HasSubstr("nest no object in another"), ::testing::Not(HasSubstr("column"))));
}

}  // namespace
}  // namespace pitlane
