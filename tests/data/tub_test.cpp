// donkeycar's Tub v2.
#include <algorithm>

#include "made_up_recording.h"
#include "pitlane/core/log.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/recording.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string record(int index, const std::string& more = "") {
  return R"({"_index": )" + std::to_string(index) + R"(, "_session_id": "21-07-05_)" + std::to_string(index / 20) +
         R"(", "_timestamp_ms": )" + std::to_string(1625500000000 + 50 * index) + R"(, "cam/image_array": ")" +
         std::to_string(index) + R"(_cam_image_array_.jpg", "user/angle": )" + std::to_string(0.01 * index) +
         R"(, "user/mode": "user", "user/throttle": 0.25)" + more + "}\n";
}

std::string manifest(const std::string& catalogs, const std::string& deleted = "") {
  return "[\"cam/image_array\", \"user/angle\", \"user/throttle\", \"user/mode\"]\n"
         "[\"image_array\", \"float\", \"float\", \"str\"]\n{}\n"
         "{\"created_at\": 1625500000.5, \"sessions\": {\"all_full_ids\": [\"21-07-05_0\"], \"last_id\": 0}}\n"
         "{\"paths\": [" +
         catalogs + "], \"current_index\": 40, \"max_len\": 30, \"deleted_indexes\": [" + deleted + "]}\n";
}

/// 40 records in two catalogs.
class Tub : public ::testing::Test {
 protected:
  Tub() {
    for (int i = 0; i < 40; ++i) {
      made_.image("images/" + std::to_string(i) + "_cam_image_array_.jpg", i);
      records_.push_back(record(i));
    }
    write();
    made_.text("manifest.json", manifest(R"("catalog_0.catalog", "catalog_1.catalog")"));
  }

  void write() {
    for (int catalog = 0; catalog < 2; ++catalog) {
      std::string text;
      for (std::size_t i = 0; i < records_.size(); ++i)
        if ((i >= 30) == (catalog == 1)) text += records_[i];
      made_.text("catalog_" + std::to_string(catalog) + ".catalog", text);
    }
  }
  Recording open() {
    auto recording = open_recording(made_.path());
    EXPECT_TRUE(recording) << recording.error().message();
    return recording ? *recording : Recording();
  }
  std::string fault() {
    const auto recording = open_recording(made_.path());
    return recording ? "fine" : recording.error().message();
  }

  MadeUpRecording made_;
  std::vector<std::string> records_;
};

TEST_F(Tub, LabelsTimesAndSessions) {
  const Recording recording = open();
  EXPECT_EQ(recording.format, "tub");
  ASSERT_THAT(recording.rows, SizeIs(40));
  EXPECT_EQ(recording.labels[0].name, "steering");
  EXPECT_EQ(recording.labels[0].low, -1);
  EXPECT_EQ(recording.labels[1].name, "throttle");
  const RecordingRow& row = recording.rows[31];
  EXPECT_THAT(row.labels, ElementsAre(0.31, 0.25));
  EXPECT_DOUBLE_EQ(row.time_s, 1625500001.55);
  EXPECT_EQ(row.image.filename(), "31_cam_image_array_.jpg");
  EXPECT_EQ(recording.rows[19].session, 0);
  EXPECT_EQ(recording.rows[20].session, 1) << "a new session without any gap in time";
  EXPECT_TRUE(std::isnan(row.speed_mps));
}

TEST_F(Tub, LoadsAsADataset) {
  Preprocessing preprocessing = small_preprocessing();
  const auto dataset = load_dataset(open(), preprocessing, {output("steering", -1, 1)});
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->size(), 40);
  EXPECT_FLOAT_EQ(dataset->label(31)[0], 0.655F);
}

TEST_F(Tub, DeletedRecordsAreLeftOutAndAreNoFault) {
  made_.text("manifest.json", manifest(R"("catalog_0.catalog", "catalog_1.catalog")", "0, 31, 7, 8, 9, 10, 99"));
  const Recording recording = open();
  EXPECT_THAT(recording.rows, SizeIs(34));
  EXPECT_EQ(recording.rows[0].index, 1) << "the others keep their numbers";
  EXPECT_EQ(recording.row_count, 34);
  EXPECT_THAT(recording.problems, IsEmpty());
  std::string all = "0";
  for (int i = 1; i < 40; ++i) all += ", " + std::to_string(i);
  made_.text("manifest.json", manifest(R"("catalog_0.catalog", "catalog_1.catalog")", all));
  EXPECT_THAT(fault(), HasSubstr("all of its 40 records are marked as deleted"));
}

TEST_F(Tub, BadRecordsAreNamed) {
  records_[3] = records_[3].substr(0, 50) + "\n";
  records_[35] = record(34);
  made_.text("images/5_cam_image_array_.jpg", "");
  const std::string steering = "\"user/angle\": ";
  records_[36].replace(records_[36].find(steering), steering.size() + 8, "\"user/angle\": NaN");
  write();
  const Recording recording = open();
  EXPECT_THAT(recording.rows, SizeIs(36));
  EXPECT_THAT(recording.problems, ElementsAre(HasSubstr("catalog_0.catalog:4: not valid JSON: '{\"_index\""),
                                              "catalog_0.catalog:6: image '5_cam_image_array_.jpg' is empty (0 bytes)",
                                              "catalog_1.catalog:6: a second record with _index 34",
                                              HasSubstr("catalog_1.catalog:7: not valid JSON")));
}

TEST_F(Tub, MissingKeysAndHostileNames) {
  const auto replace = [&](std::size_t i, const std::string& from, const std::string& to) {
    ASSERT_NE(records_[i].find(from), std::string::npos);
    records_[i].replace(records_[i].find(from), from.size(), to);
  };
  replace(1, "user/angle", "pilot/angle");
  replace(2, "2_cam_image_array_.jpg", "../../etc/passwd");
  replace(33, R"("user/throttle": 0.25)", R"("user/throttle": "fast")");
  replace(34, R"("cam/image_array": "34_cam_image_array_.jpg")", R"("cam/image_array": 34)");
  write();
  EXPECT_THAT(open().problems, ElementsAre("catalog_0.catalog:2: user/angle is missing or not a finite number",
                                           HasSubstr("catalog_0.catalog:3: image '../../etc/passwd' lies outside"),
                                           "catalog_1.catalog:4: user/throttle is missing or not a finite number",
                                           "catalog_1.catalog:5: no image named"));
}

TEST_F(Tub, MoreThanATenthBadIsAnError) {
  for (std::size_t i = 0; i < 5; ++i) records_[i] = "{\n";
  write();
  EXPECT_THAT(fault(), AllOf(HasSubstr("5 of 40 rows are bad, more than a tenth"), HasSubstr("catalog_0.catalog:1")));
}

TEST_F(Tub, SpeedOfAnEncoder) {
  for (int i = 0; i < 40; ++i) records_[static_cast<std::size_t>(i)] = record(i, R"(, "enc/speed": 1.5)");
  write();
  EXPECT_EQ(open().rows[7].speed_mps, 1.5);
}

TEST_F(Tub, WithoutSessionIdsTimesTell) {
  for (int i = 0; i < 40; ++i) {
    std::string& text = records_[static_cast<std::size_t>(i)];
    text.replace(text.find("_session_id"), 11, "x_session_i");
    if (i >= 25) text.replace(text.find("_timestamp_ms\": 16255"), 21, "_timestamp_ms\": 16245");
  }
  write();
  const Recording recording = open();
  EXPECT_EQ(recording.rows[24].session, 0);
  EXPECT_EQ(recording.rows[25].session, 1) << "its times go back";
}

TEST_F(Tub, RecordsOfAPilotAreSaid) {
  for (std::size_t i = 0; i < 3; ++i)
    records_[i].replace(records_[i].find(R"("user/mode": "user")"), 19, R"("user/mode": "pilot")");
  write();
  std::string said;
  set_log_sink([&](LogLevel, std::string_view text) { said += text; });
  (void)open();
  set_log_sink({});
  EXPECT_THAT(said, HasSubstr("3 records were driven by a pilot"));
}

TEST_F(Tub, BrokenManifests) {
  const std::string good = manifest(R"("catalog_0.catalog")");
  EXPECT_EQ(fault(), "fine");
  made_.text("manifest.json", "");
  EXPECT_THAT(fault(), HasSubstr("manifest.json: has 0 lines, not 5"));
  made_.text("manifest.json", good.substr(0, good.find("{\"paths\"")));
  EXPECT_THAT(fault(),
              AllOf(HasSubstr("has 4 lines, not 5; the fifth, which lists the catalogs, is missing; mend it")));
  made_.text("manifest.json", good.substr(0, good.size() - 10));
  EXPECT_THAT(fault(), HasSubstr("line 5, which lists the catalogs, is no whole JSON object"));
  made_.text("manifest.json", manifest(R"("../catalog_0.catalog")"));
  EXPECT_THAT(fault(), HasSubstr("line 5: catalog '../catalog_0.catalog' does not lie beside the manifest"));
  made_.text("manifest.json", manifest(R"("catalog_0.catalog", "catalog_1.catalog", "catalog_0.catalog")"));
  EXPECT_THAT(fault(), HasSubstr("line 5: catalog 'catalog_0.catalog' is listed twice; list it once"));
  made_.text("manifest.json", manifest("7"));
  EXPECT_THAT(fault(), HasSubstr("'paths' is no list of catalogs"));
  made_.text("manifest.json", manifest(""));
  EXPECT_THAT(fault(), HasSubstr("lists no catalog"));
  made_.text("manifest.json", manifest(R"("catalog_0.catalog")", "\"all\""));
  EXPECT_THAT(fault(), HasSubstr("'deleted_indexes' is no list of numbers"));
  made_.text("manifest.json", manifest(R"("catalog_0.catalog", "catalog_7.catalog")"));
  EXPECT_THAT(fault(), AllOf(HasSubstr("manifest.json: line 5"), HasSubstr("catalog_7.catalog")));
  made_.text("manifest.json", good);
  made_.text("catalog_0.catalog", "");
  EXPECT_THAT(fault(), HasSubstr("manifest.json: no rows"));
}

TEST_F(Tub, BracketsTakeNoMemory) {
  records_[2] = "{\"x\": " + std::string(500'000, '[') + std::string(500'000, ']') + "}\n";
  records_[3] = std::string((1U << 20) + 1, '[') + "\n";
  write();
  EXPECT_THAT(open().problems, ElementsAre(HasSubstr("user/angle is missing"), HasSubstr("longer than 1 MiB")));
}

// A recording from elsewhere must not bring what lies elsewhere on this machine into a network or another recording.
class TubWithLinks : public Tub {
 protected:
  static constexpr const char* kPicture = "images/3_cam_image_array_.jpg";

  TubWithLinks() {
    outside_.image("secret.jpg", 1);
    outside_.text("secret.catalog", "{}");
  }
  void link(const std::filesystem::path& to, const std::string& name) const {
    std::filesystem::remove_all(made_.path() / name);
    std::filesystem::create_symlink(to, made_.path() / name);
  }

  MadeUpRecording outside_;
};

TEST_F(TubWithLinks, PicturesElsewhereAreRefused) {
  const std::string refused =
      "catalog_0.catalog:4: image '3_cam_image_array_.jpg' is a link that leads out of the recording's directory; put "
      "the picture itself there";
  link(outside_.path() / "secret.jpg", kPicture);
  EXPECT_THAT(open().problems, ElementsAre(refused));
  // By way of a link that stays inside.
  link(outside_.path() / "secret.jpg", "images/next.jpg");
  link("next.jpg", kPicture);
  EXPECT_THAT(open().problems, ElementsAre(refused));
  EXPECT_THAT(open().rows, SizeIs(39));
}

TEST_F(TubWithLinks, AFolderOfPicturesElsewhereIsRefused) {
  std::filesystem::rename(made_.path() / "images", outside_.path() / "images");
  link(outside_.path() / "images", "images");
  EXPECT_THAT(fault(), AllOf(HasSubstr("40 of 40 rows are bad"),
                             HasSubstr("'0_cam_image_array_.jpg' is a link that leads out of the recording's")));
}

TEST_F(TubWithLinks, CatalogsElsewhereAreRefused) {
  link(outside_.path() / "secret.catalog", "catalog_1.catalog");
  EXPECT_THAT(fault(), HasSubstr("manifest.json: line 5: catalog 'catalog_1.catalog' is a link that leads out of the "
                                 "recording's directory; put the catalog itself there"));
}

TEST_F(TubWithLinks, LinksThatStayInsideAreFollowed) {
  std::filesystem::rename(made_.path() / kPicture, made_.path() / "images/other.jpg");
  link("other.jpg", kPicture);
  std::filesystem::rename(made_.path() / "catalog_0.catalog", made_.path() / "first");
  link(made_.path() / "first", "catalog_0.catalog");
  EXPECT_THAT(open().problems, IsEmpty());
  EXPECT_THAT(open().rows, SizeIs(40));
  // The recording itself may be a link, or lie behind one.
  std::filesystem::create_symlink(made_.path(), outside_.path() / "tub");
  const auto linked = open_recording(outside_.path() / "tub/");
  ASSERT_TRUE(linked) << linked.error().message();
  EXPECT_THAT(linked->rows, SizeIs(40));
  EXPECT_THAT(linked->problems, IsEmpty());
}

// Links let one file stand under many names.
TEST_F(Tub, CatalogsTogetherHaveABound) {
  namespace fs = std::filesystem;
  made_.text("big.catalog", "");
  fs::resize_file(made_.path() / "big.catalog", 60U << 20);  // a hole: takes no room
  std::string names = "\"catalog_0.catalog\"";
  for (int i = 0; i < 5; ++i) {
    const std::string name = "link" + std::to_string(i) + ".catalog";
    fs::create_hard_link(made_.path() / "big.catalog", made_.path() / name);
    names += ", \"" + name + "\"";
  }
  made_.text("manifest.json", manifest(names));
  EXPECT_THAT(fault(), HasSubstr("manifest.json: line 5: its catalogs have more than 256 MiB; split the tub in two"));
}

}  // namespace
}  // namespace pitlane
