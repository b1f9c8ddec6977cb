// Options, files and names that are refused in one short line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Options = InAFolder;

TEST_F(Options, NaNIsInNoRange) {
  for (const char* arguments :
       {"record --out x --driver-latency-ms", "bench x.pit --seconds", "train --data x --out x --steering-correction",
        "train --data x --out x --learning-rate", "train --data x --out x --averaging",
        "train --data x --out x --brightness", "train --data x --out x --shift-steering",
        "train --data x --out x --output-weights", "tune x.pit --out x --max-size",
        "tune x.pit --out x --max-latency-ms", "tune x.pit --out x --max-deviation-m",
        "tune x.pit --out x --max-mse-increase", "drive expert --timeout", "circuit import x.bag --out x --road-width",
        "evaluate x.pit --data x --steering-correction"})
    EXPECT_THAT(refused(std::string(arguments) + " nan"), AllOf(HasSubstr(": must be "), HasSubstr(", not 'nan'")));
  for (const char* value : {"inf", "1e999", "x", "1x"})
    EXPECT_THAT(refused(std::string("bench x.pit --seconds ") + value),
                HasSubstr("must be within 0.01 to 3600, not '" + std::string(value) + "'"));
}

TEST_F(Options, RefusalsAreShort) {
  EXPECT_EQ(refused("tune x.pit --out x --max-size -1"),
            "pitlane: --max-size: must be a positive number, not '-1' (see pitlane tune --help)\n");
  EXPECT_EQ(refused("drive expert --timeout 200000"),
            "pitlane: --timeout: must be within 1 to 100000, not '200000' (see pitlane drive --help)\n");
  EXPECT_LT(refused("bench x.pit --seconds " + std::string(400, '9')).size(), 150U);
}

TEST_F(Options, WholeNumbersAreWrittenOut) {
  for (const char* value : {"1e3", "12.0", "0x10", "010", "+5"})
    EXPECT_THAT(refused(std::string("record --out x --frames ") + value),
                HasSubstr("--frames: must be a whole number within 1 to 10000000, not '"))
        << value;
  for (const char* verb : {"record --out x", "train --data x --out x", "drive expert", "tune x.pit --out x"})
    for (const char* value : {"-1", "18446744073709551616", "1.5"})
      EXPECT_THAT(refused(std::string(verb) + " --seed " + value),
                  HasSubstr("--seed: must be a whole number within 0"));
  EXPECT_EQ(pitlane("drive expert --circuit mixed --timeout 1 --seed 18446744073709551615").code, 0);
}

TEST_F(Options, EmptyNames) {
  EXPECT_EQ(refused("record --out ''"), "pitlane: --out: give a directory's name\n");
  EXPECT_EQ(refused("circuit show mixed --out ''"), "pitlane: --out: give a file's name\n");
}

// A flag about recordings of one kind beside another kind would be passed over in silence.
TEST_F(Options, FlagsOfOtherRecordingsAreRefused) {
  record(place_ / "rec", 20);
  const std::string model = "'" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit' ";
  const std::string bag = ": is about ROS 1 bags, and none of the recordings is one; leave it out";
  EXPECT_THAT(refused("evaluate " + model + "--data " + at("rec") + " --image-topic /camera"),
              HasSubstr("--image-topic" + bag));
  EXPECT_THAT(refused("convert " + at("rec") + " " + at("out") + " --interpolate"), HasSubstr("--interpolate" + bag));
  EXPECT_THAT(refused("evaluate " + model + "--data " + at("rec") + " --steering-correction 0.2"),
              HasSubstr("--steering-correction: is about recordings of Udacity's simulator with side cameras"));
  EXPECT_THAT(refused("tune " + model + "--out " + at("out") + " --command-topic /c"),
              HasSubstr("--command-topic: is about ROS 1 bags, and no recording is read; leave it out"));
  EXPECT_THAT(refused("tune " + model + "--out " + at("out") + " --max-rows 9"),
              HasSubstr("--max-rows: is about recordings, and none is read; leave it out, or add --data"));
}

// What a newcomer types: the model last, the index file for its folder, a recording as --out.
TEST_F(Options, RecordingsAreTakenAsTheyAreNamed) {
  record(place_ / "rec", 40);
  const std::string model = "'" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit'";
  const Outcome usual = pitlane("evaluate " + model + " --data " + at("rec"));
  ASSERT_EQ(usual.code, 0) << usual.err;
  EXPECT_THAT(usual.out, AllOf(HasSubstr("judged are the validation rows (--part all for every row): "),
                               HasSubstr("samples train, ")));
  EXPECT_THAT(pitlane("evaluate " + model + " --part all --data " + at("rec")).out,
              HasSubstr("judged are the rows of the centre camera, all of them: "));
  const Outcome last = pitlane("evaluate --data " + at("rec") + " " + model);
  EXPECT_EQ(last.code, 0) << last.err;
  EXPECT_EQ(last.out.substr(last.out.find('\n')), usual.out.substr(usual.out.find('\n')));
  const Outcome by_index = pitlane("evaluate " + model + " --data " + at("rec/data.csv"));
  EXPECT_EQ(by_index.code, 0) << by_index.err;
  EXPECT_EQ(pitlane("convert " + at("rec/data.csv") + " " + at("tub") + " --to deeplearningstudio --drop").code, 0);
  EXPECT_THAT(refused("evaluate --data " + at("rec")),
              HasSubstr("MODEL is required; a flag of several values (--data A B) takes all that follow it"));
  EXPECT_THAT(refused("tune " + model + " --data " + at("rec") + " --out " + at("rec")),
              HasSubstr("rec: holds a recording (recording.json); name a directory of its own"));
}

// Who learns has nothing to learn from a label that never changes; who judges may.
TEST_F(Options, LabelsThatNeverChangeAreJudgedAndNotLearned) {
  record(place_ / "rec", 40, "--circuit mixed --whole-frames");
  std::istringstream lines(read(place_ / "rec" / "data.csv"));
  std::string line, csv;
  for (bool header = true; std::getline(lines, line); header = false) {
    const auto v = line.find(','), w = line.find(',', v + 1), after = line.find(',', w + 1);
    csv += (header ? line : line.substr(0, w) + ",0.5" + line.substr(after)) + "\n";
  }
  write(place_ / "rec" / "data.csv", csv);
  const std::string model = "'" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit'";
  const Outcome judged = pitlane("evaluate " + model + " --data " + at("rec"));
  EXPECT_EQ(judged.code, 0) << judged.err;
  EXPECT_THAT(judged.out, HasSubstr("its labels never change: MSE / variance has no meaning"));
  const std::string train = "train --network pilotnet-torch --out " + at("n.pit") + " --data " + at("rec");
  EXPECT_THAT(refused(train), AllOf(HasSubstr("label 'w' is 0.5 in all 40 samples"), HasSubstr("nothing to learn")));
  EXPECT_THAT(pitlane(train).err,
              HasSubstr("pictures: 0 240 640 240 of 640x480 frames (--crop), resized to 200x66 (--size)"));
}

TEST_F(Options, UnitsOfOutputsAreThoseThatTheCarTakes) {
  const std::string model = "inspect '" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit' --output ";
  EXPECT_THAT(refused(model + "v:23:86:km/h"),
              HasSubstr("--output v:23:86:km/h: v is in m/s, not in 'km/h'; convert LOW and HIGH, or give the output"));
  EXPECT_THAT(refused(model + "w:-180:180:deg/s"), HasSubstr("w is in rad/s, not in 'deg/s'"));
  EXPECT_THAT(refused(model + "a:0:1:"), HasSubstr("the unit is empty; leave out the last ':'"));
  EXPECT_EQ(pitlane(model + "v:6.5:24 --output w:-7.1:7.1").code, 0) << "without a unit, the usual one";
  EXPECT_THAT(refused("inspect --input x '" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit'"),
              HasSubstr("--input: must be NAME=speed, NAME=command or NAME=light, not 'x'"));
}

// Whoever goes on from a model may say what its file leaves unsaid; where there is none, it would be passed over.
TEST_F(Options, ModelFlagsBelongToAModel) {
  const std::string model = "'" + std::string(PITLANE_SOURCE_DIR) + "/examples/pilotnet.pit'";
  record(place_ / "rec", 20);
  const std::string train = "train --data " + at("rec") + " --out " + at("n.pit"), out = " --out " + at("more");
  EXPECT_THAT(refused(train + " --from " + model + " --pixels none"),
              HasSubstr("pilotnet.pit: --pixels none: the file itself says "));
  EXPECT_THAT(refused("record --driver " + model + out + " --pixels none"),
              HasSubstr("pilotnet.pit: --pixels none: the file itself says "));
  EXPECT_THAT(refused(train + " --network pilotnet-torch --pixels none"),
              HasSubstr("--pixels: is about the model of --from, and there is none; leave it out"));
  EXPECT_THAT(refused("record" + out + " --output v:0:1"),
              HasSubstr("--output: is about the network of --driver, and there is none; leave it out"));
  EXPECT_THAT(refused("drive expert --frame 640x480"),
              HasSubstr("--frame: is about a network, and none drives; leave it out"));
}

TEST_F(Options, TrajectoryNeedsJson) {
  EXPECT_EQ(refused("drive expert --circuit mixed --trajectory"),
            "pitlane: --trajectory: poses are printed with --json only; add it\n");
}

// Opening one of these for reading waits for a writer.
TEST_F(Options, PipesAsInputsAreRefusedAtOnce) {
  const std::string no = "not a regular file";
  for (const char* name : {"p.pit", "p.yaml", "p.bag"}) ASSERT_EQ(::mkfifo((place_ / name).c_str(), 0600), 0);
  const std::string limit = "timeout 20";
  for (const std::string& verb : {std::string("inspect "), std::string("bench "), std::string("drive ")})
    EXPECT_THAT(refused(verb + at("p.pit"), limit), HasSubstr(no));
  EXPECT_THAT(refused("circuit check " + at("p.yaml"), limit), HasSubstr(no));
  EXPECT_THAT(refused("circuit import " + at("p.bag") + " --out " + at("o.yaml"), limit), HasSubstr(no));
  for (const char* index : {"data.csv", "data.json", "driving_log.csv", "recording.json"}) {
    const fs::path folder = place_ / (std::string("of ") + index);
    fs::create_directory(folder);
    ASSERT_EQ(::mkfifo((folder / index).c_str(), 0600), 0);
    const std::string train = "train --network pilotnet-torch --out " + at("n.pit") + " --data '";
    EXPECT_THAT(refused(train + folder.string() + "'", limit), HasSubstr(no)) << index;
  }
}

TEST_F(Options, HugePicturesAreRefusedBeforeTheyAreTried) {
  record(place_ / "rec", 10, "--whole-frames --circuit mixed");
  EXPECT_THAT(refused("train --network pilotnet-torch --size 2000 2000 --batch 65536 --data " + at("rec") + " --out " +
                          at("n.pit"),
                      "ulimit -v 8000000;"),
              AllOf(HasSubstr("2000x2000"), HasSubstr("million weights"), HasSubstr("choose a smaller --size")));
}

class CircuitFolder : public Options {
 protected:
  void SetUp() override {
    const std::string own = read(fs::path(PITLANE_SOURCE_DIR) / "circuits/mixed.yaml");
    const auto name = own.find("name: mixed");
    ASSERT_NE(name, std::string::npos);
    write(place_ / "file.yaml", std::string(own).replace(name, 11, "name: inside"));
  }
  [[nodiscard]] std::string here() const { return "PITLANE_CIRCUITS='" + place_.path().string() + "'"; }
};

TEST_F(CircuitFolder, OneBadFileHidesNoOther) {
  write(place_ / "bad.yaml", "nonsense");
  const Outcome list = pitlane("circuit list", here());
  EXPECT_EQ(list.code, 2);
  EXPECT_THAT(list.out, AllOf(HasSubstr("file "), HasSubstr("mixed "), Not(HasSubstr("bad"))));
  EXPECT_THAT(list.err, HasSubstr("bad.yaml"));
  for (const char* verb : {"drive expert", "record --frames 2 --out"}) {
    const std::string more = std::string(verb).ends_with("out") ? " " + at("rec") : "";
    EXPECT_THAT(refused(verb + more, here()),
                AllOf(HasSubstr("bad.yaml"), HasSubstr("move it away, or name circuits with --circuit")));
  }
}

TEST_F(CircuitFolder, FilesAndNamesAreBothKnown) {
  EXPECT_THAT(pitlane("circuit list", here()).out, AllOf(HasSubstr("file "), HasSubstr("named 'inside'")));
  for (const char* name : {"file", "inside"}) {
    const Outcome checked = pitlane(std::string("circuit check ") + name, here());
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_THAT(checked.out, HasSubstr("inside: good")) << name;
  }
}

TEST_F(CircuitFolder, WidthsAreSaidWhereTheyVary) {
  EXPECT_THAT(pitlane("circuit check mixed").out, Not(HasSubstr("wide")));
  const Outcome checked = pitlane("circuit check '" PITLANE_SOURCE_DIR "/examples/narrows.yaml'");
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, AllOf(HasSubstr("narrows: good, "), HasSubstr(" m, road 2.2 to 5 m wide\n")));
  std::string text = read(fs::path(PITLANE_SOURCE_DIR) / "examples/narrows.yaml");
  write(place_ / "narrows.yaml", text);
  EXPECT_THAT(pitlane("circuit list", here()).out, HasSubstr(" m  road 2.2 to 5 m wide  (held out) a road that is"));
  text.replace(text.find("2.2]"), 3, "0.1");
  write(place_ / "narrows.yaml", text);
  EXPECT_THAT(refused("circuit check narrows", here()),
              AllOf(HasSubstr("narrows.yaml: the road width of waypoint 3 is 0.1"), HasSubstr("within 0.5..20 m")));
}

TEST_F(CircuitFolder, DescriptionsDoNotCommandTheTerminal) {
  const std::string own = read(place_ / "file.yaml");
  write(place_ / "file.yaml", own.substr(0, own.find("description:")) + "description: \"red \\x1b[31m \\u009b1m\"\n" +
                                  own.substr(own.find('\n', own.find("description:")) + 1));
  const Outcome list = pitlane("circuit list", here());
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, AllOf(HasSubstr("red "), Not(HasSubstr("\x1b")), Not(HasSubstr("\xc2\x9b"))));
}

// Columns stand one below the other whatever the model is called, and what was not driven is no zero.
TEST_F(Options, DriveTableIsAligned) {
  const std::string name = "a_network_with_quite_a_long_name.pit";
  save_pilotnet(place_ / name);
  const Outcome driven = pitlane("drive " + at(name) + " expert --circuit mixed --timeout 1");
  EXPECT_EQ(driven.code, 0) << driven.err;
  std::istringstream lines(driven.out);
  std::string title, units, network, expert;
  for (std::string* line : {&title, &units, &network, &expert}) std::getline(lines, *line);
  for (const std::string* line : {&units, &network, &expert}) EXPECT_EQ(line->size(), title.size()) << driven.out;
  EXPECT_THAT(network, AllOf(::testing::StartsWith(name + " "), HasSubstr("       -   "), Not(HasSubstr("/"))));
  EXPECT_THAT(pitlane("drive expert --circuit mixed --timeout 1 --json").out, HasSubstr("\"lap_time_s\": null"));
}

// A log gets nothing of stages that are over at once.
TEST_F(Options, NoFrozenProgressInALog) {
  EXPECT_EQ(pitlane("record --frames 5 --circuit mixed --out " + at("rec")).err, "");
}

}  // namespace
}  // namespace pitlane::testing
