// What networks that look back, or read more than the camera, are shown of a recording.
#include "pitlane/data/sample_inputs.h"

#include "made_up_recording.h"
#include "pitlane/data/augmentation.h"
#include "pitlane/data/dataset_builder.h"
#include "pitlane/data/recording.h"
#include "pitlane/driver/observation.h"
#include "pitlane/network/builder.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Reads {
  std::vector<int> ages;
  bool speed = false, command = false;
};

// Answers v and w from 8x3 pictures of 16x12 frames and whatever else it reads.
Network reader(const Reads& reads) {
  NetworkBuilder builder("reader");
  Preprocessing p = small_preprocessing();
  p.frames = static_cast<int>(reads.ages.size());
  ValueId x = builder.add("flat", Flatten{}, {builder.image("camera", p, reads.ages)});
  const auto also = [&](ValueId more) { x = builder.add("join" + std::to_string(more), Concat{}, {x, more}); };
  if (reads.speed) also(builder.vector("speed", InputKind::kSpeed, p.frames, 0.5F, reads.ages));
  if (reads.command) also(builder.vector("command", InputKind::kCommand, 4));
  Dense dense;
  const Shape shape = {2, builder.shape(x)[0]};
  dense.weight =
      builder.weight(make_f32_weight("w", shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)))));
  x = builder.add("d", dense, {x});
  int element = 0;
  for (OutputSpec output : f1_outputs()) {
    output.value = x;
    output.element = element++;
    builder.output(output);
  }
  return std::move(builder).build().value();
}

// Rows of data.csv; `more` gives each row's further columns.
void write_rows(const MadeUpRecording& made, const std::string& columns, const std::vector<std::string>& more) {
  std::string csv = "image_name,v,w," + columns + "\n";
  for (std::size_t i = 0; i < more.size(); ++i) {
    const std::string n = std::to_string(i);
    made.image(n + ".png", static_cast<int>(3 * i));
    csv += n + ".png," + std::to_string(7 + i) + ",0." + std::to_string(i % 10) + "," + more[i] + "\n";
  }
  made.text("data.csv", csv);
}

Result<Dataset> load(const MadeUpRecording& made, const Network& network) {
  PITLANE_TRY(const Recording recording, open_recording(made.path()));
  return load_dataset(recording, network);
}

std::vector<std::int64_t> seen(const Network& network, const Dataset& dataset, int age) {
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < dataset.size(); ++i) out.push_back(inputs.at_age(i, age));
  return out;
}

TEST(SampleInputs, HistoriesStayInTheirSessionAndBeginWithItsFirstFrame) {
  const MadeUpRecording made;
  write_rows(made, "session", {"a", "a", "a", "b", "b", "b", "b"});
  const Network network = reader({{2, 0}});
  const Dataset dataset = load(made, network).value();
  EXPECT_THAT(seen(network, dataset, 1), ElementsAre(0, 0, 1, 3, 3, 4, 5));
  EXPECT_THAT(seen(network, dataset, 2), ElementsAre(0, 0, 0, 3, 3, 3, 4));
  EXPECT_THAT(seen(network, dataset, 1000), ElementsAre(0, 0, 0, 3, 3, 3, 3));
}

// Rows count, not pictures: of a picture that is missing the one before it stands in.
TEST(SampleInputs, AgesAreRowsWhereAPictureIsMissing) {
  const MadeUpRecording made;
  write_rows(made, "session", std::vector<std::string>(30, "a"));
  std::filesystem::remove(made.path() / "3.png");
  const Network network = reader({{1, 0}});
  const Dataset dataset = load(made, network).value();
  ASSERT_EQ(dataset.size(), 29);
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  EXPECT_EQ(dataset.row[3], 4);
  EXPECT_EQ(dataset.row[static_cast<std::size_t>(inputs.at_age(3, 1))], 2);
  EXPECT_EQ(dataset.row[static_cast<std::size_t>(inputs.at_age(4, 1))], 4);
  EXPECT_EQ(dataset.row[static_cast<std::size_t>(inputs.at_age(4, 2))], 2);
  EXPECT_EQ(dataset.row[static_cast<std::size_t>(inputs.at_age(4, 3))], 2);
}

TEST(SampleInputs, HistoriesDoNotReachOverAPlaceWhereTheCarWasPutElsewhere) {
  const MadeUpRecording made;
  write_rows(made, "session,drive", {"a,0", "a,0", "a,1", "a,1", "b,0"});
  const Network network = reader({{1, 0}});
  EXPECT_THAT(seen(network, load(made, network).value(), 1), ElementsAre(0, 0, 2, 2, 4));
}

TEST(SampleInputs, PicturesLieFrameAfterFrameAlongTheirChannels) {
  const MadeUpRecording made;
  write_rows(made, "session", {"a", "a", "a", "a"});
  const Network network = reader({{2, 0, 1}});
  const Dataset dataset = load(made, network).value();
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  std::vector<std::uint8_t> shown(inputs.size(0));
  inputs.write_picture(3, shown);
  const std::vector<std::int64_t> frames = {1, 3, 2};
  for (std::size_t pixel = 0; pixel < 24; ++pixel)
    for (std::size_t f = 0; f < 3; ++f)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_EQ(shown[(pixel * 3 + f) * 3 + c], dataset.picture(frames[f])[pixel * 3 + c]);
}

TEST(SampleInputs, SideCamerasSeeTheirOwnHistory) {
  const MadeUpRecording made;
  std::string csv;
  for (int i = 0; i < 10; ++i) {
    const std::string time = "2018_07_16_17_11_43_" + std::to_string(300 + 50 * i);
    for (const char* camera : {"center", "left", "right"}) {
      made.image("IMG/" + std::string(camera) + "_" + time + ".png", i);
      csv += "IMG/" + std::string(camera) + "_" + time + ".png,";
    }
    csv += std::to_string(0.05 * i) + ",0.5,0," + std::to_string(10 + i) + "\n";
  }
  made.text("driving_log.csv", csv);
  Network network = reader({{1, 0}, true});
  network.outputs = {network.outputs[0]};
  network.outputs[0].name = "steering";
  network.outputs[0].low = -1;
  network.outputs[0].high = 1;
  const auto dataset = load(made, network);
  ASSERT_TRUE(dataset) << dataset.error().message();
  ASSERT_EQ(dataset->size(), 30);
  const SampleInputs inputs = SampleInputs::create(network, *dataset).value();
  for (std::int64_t i = 0; i < 30; ++i) {
    const auto before = static_cast<std::size_t>(inputs.at_age(i, 1)), here = static_cast<std::size_t>(i);
    EXPECT_EQ(dataset->side_camera[before], dataset->side_camera[here]);
    EXPECT_EQ(dataset->row[before], std::max<std::int64_t>(0, dataset->row[here] - 1));
    // Miles per hour became metres per second.
    EXPECT_NEAR(dataset->speed_mps[here], 0.44704 * (10 + static_cast<double>(dataset->row[here])), 1e-5);
  }
}

TEST(SampleInputs, SpeedIsWhatTheRowBeforeOrdered) {
  const MadeUpRecording made;
  write_rows(made, "session", {"a", "a", "a", "b", "b"});
  EXPECT_THAT(load(made, reader({{0}, true})).value().speed_mps, ElementsAre(7, 7, 8, 10, 10));
}

TEST(SampleInputs, MeasuredSpeedsAndCommandsComeFromTheirColumns) {
  const MadeUpRecording made;
  write_rows(made, "speed_mps,command", {"0,0", "1.5,1", "2.25,2", "3,3"});
  const Network network = reader({{1, 0}, true, true});
  const Dataset dataset = load(made, network).value();
  EXPECT_THAT(dataset.speed_mps, ElementsAre(0, 1.5F, 2.25F, 3));
  EXPECT_THAT(dataset.command, ElementsAre(0, 1, 2, 3));
  const SampleInputs inputs = SampleInputs::create(network, dataset).value();
  std::vector<float> speeds(2), command(4);
  inputs.write_numbers(1, 2, speeds);
  inputs.write_numbers(2, 2, command);
  EXPECT_THAT(speeds, ElementsAre(1.5F, 2.25F));  // metres per second: sessions scale them
  EXPECT_THAT(command, ElementsAre(0, 0, 1, 0));
}

TEST(SampleInputs, WrongColumnsAreBadRows) {
  const MadeUpRecording made;
  std::vector<std::string> rows(40, "1,0");
  rows[5] = "fast,0";
  rows[6] = "1,-1";
  rows[7] = "1,0.5";
  write_rows(made, "speed_mps,command", rows);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  EXPECT_THAT(recording->problems, ElementsAre(HasSubstr("speed_mps is 'fast', not a finite number"),
                                               HasSubstr("command is '-1', not a whole number"),
                                               HasSubstr("command is '0.5', not a whole")));
}

TEST(SampleInputs, DataThatAnotherNetworkWasLoadedForIsRefused) {
  const MadeUpRecording made;
  write_rows(made, "session", {"a", "a", "a"});
  const Dataset plain = load(made, reader({{0}})).value();
  EXPECT_THAT(SampleInputs::create(reader({{0}, true}), plain).error().message(),
              AllOf(HasSubstr("network 'reader' reads the car's speed"), HasSubstr("load it for this network")));
  EXPECT_THAT(SampleInputs::create(reader({{0}, false, true}), plain).error().message(),
              HasSubstr("reads a command, which this data does not have"));
  Dataset odd = load(made, reader({{0}, false, true})).value();
  odd.command[1] = 4;
  EXPECT_THAT(SampleInputs::create(reader({{0}, false, true}), odd).error().message(),
              HasSubstr("sample 1 has the command 4, the network knows 0 to 3"));
}

TEST(SampleInputs, ASpeedThatNobodyKnowsIsAnError) {
  const MadeUpRecording made;
  write_rows(made, "session", {"a", "a", "a"});
  Recording recording = open_recording(made.path()).value();
  recording.labels[0].unit = "1";
  EXPECT_THAT(load_dataset(recording, reader({{0}, true})).error().message(),
              AllOf(HasSubstr(made.path().string()), HasSubstr("does not tell the car's speed"),
                    HasSubstr("a column speed_mps")));
  recording.rows[1].speed_mps = 3;
  EXPECT_THAT(load_dataset(recording, reader({{0}, true})).error().message(),
              HasSubstr("data.csv:2 does not tell the car's speed, other rows do"));
}

// What a network does not read changes neither its data's hash nor what resumes.
TEST(SampleInputs, OnlyWhatIsReadIsHashed) {
  const MadeUpRecording made, slower;
  write_rows(made, "speed_mps,command", {"0,0", "1,0", "2,0"});
  write_rows(slower, "speed_mps,command", {"0,0", "1,0", "1.5,0"});
  EXPECT_EQ(load(made, reader({{0}})).value().hash, load(slower, reader({{0}})).value().hash);
  EXPECT_NE(load(made, reader({{0}, true})).value().hash, load(slower, reader({{0}, true})).value().hash);
  EXPECT_EQ(load(made, reader({{0}, false, true})).value().hash, load(slower, reader({{0}, false, true})).value().hash);
  EXPECT_NE(load(made, reader({{0}})).value().hash, load(made, reader({{0}, false, true})).value().hash);
}

TEST(SampleInputs, JoinedDataKeepsItsHistoriesApart) {
  const MadeUpRecording made;
  write_rows(made, "speed_mps,command", {"0,0", "1,1", "2,2"});
  const Network network = reader({{1, 0}, true, true});
  Dataset both = load(made, network).value();
  ASSERT_TRUE(append(both, load(made, network).value()).ok());
  EXPECT_THAT(seen(network, both, 1), ElementsAre(0, 0, 1, 3, 3, 4));
  EXPECT_THAT(both.command, ElementsAre(0, 1, 2, 0, 1, 2));
  EXPECT_THAT(append(both, load(made, reader({{0}})).value()).error().message(),
              HasSubstr("loaded for different networks"));
}

TEST(SampleInputs, BuiltDatasetsKeepWhatIsNeeded) {
  const Network network = reader({{1, 0}, true, true});
  DatasetBuilder builder = DatasetBuilder::create(small_preprocessing(), f1_outputs(), needs_of(network)).value();
  for (int i = 0; i < 4; ++i) {
    SampleState state;
    state.speed_mps = static_cast<float>(i);
    state.command = i;
    state.drive = i / 2;
    builder.add(std::vector<std::uint8_t>(72, 1),
                std::vector<float>{7.0F + static_cast<float>(i), 1.0F - static_cast<float>(i)}, 0, state);
  }
  const Dataset dataset = std::move(builder).finish().value();
  EXPECT_THAT(dataset.speed_mps, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(seen(network, dataset, 1), ElementsAre(0, 0, 2, 2));
}

TEST(VaryCommand, MirroredLeftAndRightChangePlaces) {
  SampleVariation flipped;
  flipped.flip = true;
  std::vector<float> command = {0, 1, 0, 0};
  vary_command(flipped, command);
  EXPECT_EQ(command[kTurnRight], 1);
  EXPECT_EQ(command[kTurnLeft], 0);
  vary_command({}, command);
  EXPECT_EQ(command[kTurnRight], 1);
  command = {1, 0, 0, 0};
  vary_command(flipped, command);
  EXPECT_EQ(command[kFollowRoad], 1);
}

}  // namespace
}  // namespace pitlane
