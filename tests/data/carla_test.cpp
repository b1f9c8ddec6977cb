// DeepLearningStudio's CARLA recordings.
#include "made_up_recording.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/recording.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Images in another order than the rows, so that pairing by sort order would be wrong.
std::string rows(const MadeUpRecording& made, int count) {
  std::string csv;
  for (int i = 0; i < count; ++i) {
    const std::string name = std::to_string(1000 - 7 * i) + ".png";
    made.image(name, i);
    csv += name + "," + std::to_string(0.01 * i) + "," + std::to_string(-1 + 0.05 * i) + ",0.5," +
           std::to_string(2.5 * i) + "," + std::to_string(50.5 + 0.05 * i) + "\n";
  }
  return csv;
}

constexpr const char* kHeader = "image_id,throttle,steer,brake,velocity,timestamp\n";

std::string fault(const MadeUpRecording& made) {
  const auto recording = open_recording(made.path());
  return recording ? "fine" : recording.error().message();
}

TEST(Carla, LabelsSpeedAndPairingByName) {
  const MadeUpRecording made;
  made.text("dataset.csv", kHeader + rows(made, 20));
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "carla");
  ASSERT_THAT(recording->rows, SizeIs(20));
  const RecordingRow& row = recording->rows[3];
  EXPECT_EQ(row.image.filename(), "979.png");
  EXPECT_THAT(row.labels, ElementsAre(0.03, -0.85, 0.5));
  EXPECT_EQ(row.speed_mps, 7.5);
  EXPECT_DOUBLE_EQ(row.time_s, 50.65);
}

// DeepLearningStudio maps the steering from -1..1 to 0..1 and leaves throttle and brake as they are.
TEST(Carla, LabelsAreNormalisedAsItsNetworksLearnThem) {
  const MadeUpRecording made;
  made.text("dataset.csv", kHeader + rows(made, 20));
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  std::vector<OutputSpec> outputs;
  for (const LabelSpec& label : {recording->labels[0], recording->labels[1]})
    outputs.push_back(output(label.name, label.low, label.high));
  const auto dataset = load_dataset(*recording, small_preprocessing(), outputs);
  ASSERT_TRUE(dataset) << dataset.error().message();
  for (int i = 0; i < 20; ++i) {
    EXPECT_NEAR(dataset->label(i)[0], 0.01 * i, 1e-6);
    EXPECT_NEAR(dataset->label(i)[1], (-1 + 0.05 * i + 1) / 2, 1e-6);
  }
}

TEST(Carla, OlderOnesHaveNoVelocity) {
  const MadeUpRecording made;
  made.image("a.png", 1);
  made.text("dataset.csv", "image_id,throttle,steer,brake\na.png,1,0,0\n");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_TRUE(std::isnan(recording->rows[0].speed_mps));
}

TEST(Carla, BadRowsAndMissingColumnsAreNamed) {
  const MadeUpRecording made;
  made.text("dataset.csv",
            kHeader + rows(made, 40) + "1000.png,nan,0,0,1,1\n1000.png,1,0,0,,1\n../x.png,1,0,0,1,1\n1000.png,1,0,0\n");
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->problems,
              ::testing::UnorderedElementsAre("dataset.csv:42: throttle is 'nan', not a finite number",
                                              "dataset.csv:43: velocity is '', not a finite number",
                                              HasSubstr("dataset.csv:44: image '../x.png' lies outside"),
                                              "dataset.csv:45: 4 fields, the header has 6"));
  made.text("dataset.csv", "throttle,steer,brake\n1,0,0\n");
  EXPECT_THAT(fault(made), HasSubstr("dataset.csv: no column 'image_id' in its header ('throttle', 'steer', 'brake')"));
  made.text("dataset.csv", "image_id,throttle,brake\nx,1,0\n");
  EXPECT_THAT(fault(made), HasSubstr("no column 'steer'"));
  made.text("dataset.csv", kHeader);
  EXPECT_THAT(fault(made), HasSubstr("dataset.csv: no rows"));
}

}  // namespace
}  // namespace pitlane
