#include "pitlane/data/dataset.h"

#include <chrono>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "made_up_recording.h"
#include "pitlane/data/labels.h"
#include "pitlane/data/split.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// `rows` whole frames with labels that vary.
void write_frames(const MadeUpRecording& made, int rows, const std::string& extension = ".png") {
  std::string csv = "image_name,v,w\n";
  for (int i = 0; i < rows; ++i) {
    made.image(std::to_string(i) + extension, i);
    csv +=
        std::to_string(i) + extension + "," + std::to_string(7 + i % 10) + "," + std::to_string(0.1 * (i % 7)) + "\n";
  }
  made.text("data.csv", csv);
}

Result<Dataset> load(const MadeUpRecording& made, const Preprocessing& preprocessing = small_preprocessing(),
                     const std::vector<OutputSpec>& outputs = f1_outputs(), const ProgressFn& progress = {}) {
  PITLANE_TRY(const Recording recording, open_recording(made.path()));
  return load_dataset(recording, preprocessing, outputs, progress);
}

std::string fault(const Result<Dataset>& dataset) { return dataset ? "fine" : dataset.error().message(); }

TEST(LoadDataset, PicturesAreThoseOfOpenCv) {
  const MadeUpRecording made;
  write_frames(made, 30);
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kBgr}) {
    Preprocessing preprocessing = small_preprocessing();
    preprocessing.format = format;
    const auto dataset = load(made, preprocessing);
    ASSERT_TRUE(dataset) << dataset.error().message();
    ASSERT_EQ(dataset->size(), 30);
    for (int i = 0; i < 30; ++i) {
      cv::Mat expected = MadeUpRecording::picture(16, 12, i)(cv::Rect(0, 6, 16, 6)).clone();
      cv::resize(expected, expected, cv::Size(8, 3), 0, 0, cv::INTER_LINEAR);
      if (format == PixelFormat::kRgb) cv::cvtColor(expected, expected, cv::COLOR_BGR2RGB);
      const auto picture = dataset->picture(i);
      for (std::size_t b = 0; b < picture.size(); ++b) ASSERT_NEAR(picture[b], expected.data[b], 1) << i << ", " << b;
    }
  }
}

TEST(LoadDataset, LabelsRowsAndSessions) {
  const MadeUpRecording made;
  made.image("a.png", 1);
  made.text(
      "data.csv", "image_name,v,w,session\na.png,6.5,7.1,x\na.png,?,0,x\na.png,24,0,y\n" + [] {
        std::string more;
        for (int i = 0; i < 10; ++i) more += "a.png,15.25,-7.1,y\n";
        return more;
      }());
  // Outputs in another order than the columns, and one with a range of its own.
  const auto dataset = load(made, small_preprocessing(), {output("w", -14.2F, 14.2F), output("v", 6.5F, 24)});
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->size(), 12);
  EXPECT_FLOAT_EQ(dataset->label(0)[0], 0.75F);
  EXPECT_FLOAT_EQ(dataset->label(0)[1], 0);
  EXPECT_FLOAT_EQ(dataset->label(2)[0], 0.25F);
  EXPECT_FLOAT_EQ(dataset->label(2)[1], 0.5F);
  EXPECT_EQ(dataset->row[1], 2) << "the bad row keeps its place";
  EXPECT_EQ(dataset->session[0], 0);
  EXPECT_EQ(dataset->session[1], 1);
}

TEST(LoadDataset, DamagedImagesAreNamedAndSkipped) {
  const MadeUpRecording made;
  write_frames(made, 40, ".jpg");
  made.cut("3.jpg", 30);
  made.text("7.jpg", "<html>");
  made.image("9.jpg", 9, 20, 12);
  const auto dataset = load(made);
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->size(), 37);
  EXPECT_THAT(dataset->skipped,
              ElementsAre("data.csv:5: 3.jpg: truncated JPEG", "data.csv:9: 7.jpg: neither PNG nor JPEG",
                          "data.csv:11: 9.jpg: is 20x12, not 16x12"));
  EXPECT_EQ(dataset->row[3], 4) << "pictures behind a skipped one move up with their labels";
  const auto direct = MadeUpRecording::picture(16, 12, 4);
  EXPECT_NEAR(dataset->picture(3)[0], direct.at<cv::Vec3b>(7, 1)[2], 12) << "JPEG is lossy, but this is row 4's red";
}

TEST(LoadDataset, DamagedPng) {
  const MadeUpRecording made;
  write_frames(made, 30);
  std::string bytes = made.read("4.png");
  bytes[bytes.size() - 20] = static_cast<char>(bytes[bytes.size() - 20] ^ 0x55);  // inside the compressed pixels
  made.text("4.png", bytes);
  const auto dataset = load(made);
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_THAT(dataset->skipped, ElementsAre(HasSubstr("data.csv:6: 4.png: cannot be decoded")));
}

TEST(LoadDataset, TooManyDamagedTogetherWithBadRows) {
  const MadeUpRecording made;
  write_frames(made, 40);
  made.text("data.csv", made.read("data.csv") + "missing.png,1,1\nmissing.png,1,1\nmissing.png,1,1\n");
  for (const char* name : {"1.png", "2.png"}) made.cut(name, 20);
  EXPECT_THAT(fault(load(made)), AllOf(HasSubstr("5 of 43 rows are bad, more than a tenth"),
                                       HasSubstr("data.csv:3: 1.png: truncated PNG")));
}

TEST(LoadDataset, EverythingThatDoesNotFitIsNamed) {
  const MadeUpRecording made;
  write_frames(made, 20);
  Preprocessing preprocessing = small_preprocessing();
  preprocessing.source_width = 640;
  EXPECT_THAT(fault(load(made, preprocessing)),
              HasSubstr("its images are 16x12 but the network's preprocessing expects frames of 640x12"));
  EXPECT_THAT(fault(load(made, small_preprocessing(), {output("steering", -1, 1)})),
              HasSubstr("no label for the network's output 'steering'; this recording has v, w"));
  EXPECT_THAT(fault(load(made, small_preprocessing(), {output("v", 24, 6)})), HasSubstr("range"));
  preprocessing = small_preprocessing();
  preprocessing.crop.height = 100;
  EXPECT_NE(fault(load(made, preprocessing)), "fine");
}

// Who judges takes them; who learns asks (check_labels_vary).
TEST(LoadDataset, ConstantLabels) {
  const MadeUpRecording made;
  made.image("a.png", 1);
  made.text("data.csv", "image_name,v,w\na.png,8,0.5\na.png,9,0.5\n");
  const auto both = load(made), varied = load(made, small_preprocessing(), {output("v", 6.5F, 24)});
  ASSERT_TRUE(both) << both.error().message();
  ASSERT_TRUE(varied) << varied.error().message();
  EXPECT_THAT(check_labels_vary(*both).error().message(), HasSubstr("label 'w' is 0.5 in all 2 samples"));
  EXPECT_TRUE(check_labels_vary(*varied)) << "only what is learnt counts";
}

TEST(LoadDataset, ProgressAndInterruption) {
  const MadeUpRecording made;
  write_frames(made, 30);
  std::int64_t last = -1;
  const auto whole = load(made, small_preprocessing(), f1_outputs(), [&](const Progress& progress) {
    EXPECT_GE(progress.done, last);
    EXPECT_EQ(progress.total, 30);
    last = progress.done;
    return true;
  });
  EXPECT_TRUE(whole);
  EXPECT_EQ(last, 30);
  const auto stopped = load(made, small_preprocessing(), f1_outputs(), [](const Progress&) { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
}

TEST(LoadDataset, HashKnowsPicturesLabelsAndNothingElse) {
  const MadeUpRecording made;
  write_frames(made, 20);
  const std::string hash = load(made)->hash;
  const MadeUpRecording elsewhere;
  write_frames(elsewhere, 20);
  EXPECT_EQ(load(elsewhere)->hash, hash);

  elsewhere.image("5.png", 6);
  EXPECT_NE(load(elsewhere)->hash, hash) << "a picture";
  write_frames(elsewhere, 20);
  std::string csv = elsewhere.read("data.csv");
  elsewhere.text("data.csv", csv.replace(csv.find("0.png,7"), 7, "0.png,8"));
  EXPECT_NE(load(elsewhere)->hash, hash) << "a label";
  EXPECT_NE(load(made, small_preprocessing(), {output("v", 6.5F, 25), output("w", -7.1F, 7.1F)})->hash, hash);
}

constexpr const char* kStored = R"({"format": "pitlane-recording", "version": 1,
  "labels": [{"name": "v", "unit": "m/s", "low": 6.5, "high": 24}, {"name": "w", "unit": "rad/s", "low": -7.1, "high": 7.1}],
  "stored_preprocessing": {"source_width": 16, "source_height": 12, "crop": [0, 6, 16, 6],
                           "width": 8, "height": 3, "format": "rgb"}})";

TEST(LoadDataset, StoredPreprocessedIsTakenByteByByte) {
  const MadeUpRecording made;
  made.text("recording.json", kStored);
  for (int i = 0; i < 2; ++i) made.image(std::to_string(i) + ".png", i, 8, 3);
  made.text("data.csv", "image_name,v,w,timestamp,session\n0.png,8,0.5,0,0\n1.png,9,0.25,0.05,0\n");
  const auto dataset = load(made);
  ASSERT_TRUE(dataset) << dataset.error().message();
  cv::Mat expected;
  cv::cvtColor(MadeUpRecording::picture(8, 3, 1), expected, cv::COLOR_BGR2RGB);
  const auto picture = dataset->picture(1);
  EXPECT_TRUE(std::equal(picture.begin(), picture.end(), expected.data));

  Preprocessing other = small_preprocessing();
  other.crop = {0, 5, 16, 6};
  EXPECT_THAT(
      fault(load(made, other)),
      HasSubstr("stored preprocessed (crop 16x6 at 0,6 of 16x12, resized to 8x3, rgb) but the network wants crop "
                "16x6 at 0,5 of 16x12, resized to 8x3, rgb; record again"));
  other = small_preprocessing();
  other.format = PixelFormat::kBgr;
  EXPECT_THAT(fault(load(made, other)), HasSubstr("resized to 8x3, bgr"));
  Preprocessing other_scale = small_preprocessing();
  other_scale.scale = {1, 1, 1};
  EXPECT_EQ(fault(load(made, other_scale)), "fine") << "scaling happens behind the stored bytes";
}

TEST(LoadDataset, StoredInColourIsSeenInGreyAsTheRobotWould) {
  const MadeUpRecording made;
  made.text("recording.json", kStored);
  for (int i = 0; i < 2; ++i) made.image(std::to_string(i) + ".png", i, 8, 3);
  made.text("data.csv", "image_name,v,w,timestamp,session\n0.png,8,0.5,0,0\n1.png,9,0.25,0.05,0\n");
  Preprocessing grey = small_preprocessing();
  grey.format = PixelFormat::kGrey;
  grey.scale = {1};
  grey.offset = {0};
  const auto dataset = load(made, grey);
  ASSERT_TRUE(dataset) << dataset.error().message();
  const cv::Mat picture = MadeUpRecording::picture(8, 3, 1);
  for (int i = 0; i < 24; ++i) {
    const auto& bgr = picture.at<cv::Vec3b>(i / 8, i % 8);
    EXPECT_EQ(dataset->picture(1)[static_cast<std::size_t>(i)], (77 * bgr[2] + 150 * bgr[1] + 29 * bgr[0] + 128) / 256)
        << i;
  }
  grey.width = 4;
  EXPECT_THAT(fault(load(made, grey)), HasSubstr("resized to 4x3, grey; record again"));
}

/// The real recording: $PITLANE_TEST_DATA/udacity.
class RealUdacity : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("PITLANE_TEST_DATA");
    directory_ = std::filesystem::path(root != nullptr ? root : PITLANE_SOURCE_DIR "/../shared/data") / "udacity";
    if (std::filesystem::exists(directory_)) return;
    const char* ci = std::getenv("CI");
    if (ci != nullptr && std::string_view(ci) == "true") FAIL() << directory_ << " is missing and CI is set";
    GTEST_SKIP() << directory_ << " is missing; set PITLANE_TEST_DATA";
  }
  std::filesystem::path directory_;
};

TEST_F(RealUdacity, OpensLoadsAndSplits) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto recording = open_recording(directory_);
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_EQ(recording->format, "udacity");
  EXPECT_THAT(recording->rows, SizeIs(3000));
  EXPECT_THAT(recording->side_rows, SizeIs(6000));
  EXPECT_THAT(recording->problems, SizeIs(0));
  EXPECT_EQ(recording->rows.back().session, 0) << "one drive without a gap";
  EXPECT_EQ(recording->image_width, 320);
  EXPECT_EQ(recording->image_height, 160);

  Preprocessing preprocessing;
  preprocessing.source_width = 320;
  preprocessing.source_height = 160;
  preprocessing.crop = {0, 60, 320, 75};
  const auto dataset = load_dataset(*recording, preprocessing, {output("steering", -1, 1)});
  ASSERT_TRUE(dataset) << dataset.error().message();
  RecordProperty("load_ms", static_cast<int>(std::chrono::duration<double, std::milli>(Clock::now() - start).count()));
  EXPECT_EQ(dataset->size(), 9000);
  EXPECT_THAT(dataset->skipped, SizeIs(0));
  // Row 1: steering 0, so the left camera's label is +0.15.
  EXPECT_FLOAT_EQ(dataset->label(0)[0], 0.5F);
  EXPECT_FLOAT_EQ(dataset->label(3000)[0], 0.575F);
  EXPECT_FLOAT_EQ(dataset->label(3001)[0], 0.425F);

  const auto split = split_dataset(*dataset);
  ASSERT_TRUE(split) << split.error().message();
  EXPECT_THAT(split->validation, SizeIs(600));
  for (const std::int64_t sample : split->validation) {
    const auto i = static_cast<std::size_t>(sample);
    ASSERT_EQ(dataset->side_camera[i], 0);
    ASSERT_EQ(dataset->row[i] / 100 % 5, 4);
  }
  EXPECT_EQ(dataset->row[static_cast<std::size_t>(split->validation.front())], 400);
}

TEST(LoadDataset, AnOddFirstPictureIsOneBadRow) {
  const MadeUpRecording made;
  write_frames(made, 60);
  made.image("0.png", 0, 32, 24);
  const auto dataset = load(made);
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->size(), 59);
  EXPECT_THAT(dataset->skipped, ElementsAre("data.csv:2: 0.png: is 32x24, not 16x12"));
}

}  // namespace
}  // namespace pitlane
