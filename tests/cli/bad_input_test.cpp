// Bad words, recordings, circuits and bags: one line that says what, where and the remedy; exit code 2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>

#include "pitlane/kernels/isa.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BadInput : public InAFolder {
 protected:
  [[nodiscard]] std::string train(const std::string& recording) const {
    return "train --network pilotnet-torch --data " + at(recording) + " --out " + at("n.pit");
  }

  // Replaces a column, counted from 0, of rows `first` to `last`, counted from 1, of the recording "rec".
  void spoil_rows(int first, int last, int column, const std::function<std::string(int row)>& value) const {
    std::istringstream in(read(place_ / "rec/data.csv"));
    std::string spoilt, line;
    for (int row = 0; std::getline(in, line); ++row) {
      std::istringstream fields(line);
      std::string field;
      for (int i = 0; std::getline(fields, field, ','); ++i)
        spoilt += (i > 0 ? "," : "") + (i == column && row >= first && row <= last ? value(row) : field);
      spoilt += "\n";
    }
    write(place_ / "rec/data.csv", spoilt);
  }

  // A circle of waypoints, to be spoilt.
  void save_circuit(const std::string& name, const std::string& waypoints) const {
    write(place_ / name, "format: pitlane-circuit\nversion: 1\nname: made-up\nwaypoints:\n" + waypoints);
  }
};

TEST_F(BadInput, UnknownVerbsGetASuggestion) {
  EXPECT_EQ(refused("drvie x.pit"), "pitlane: there is no verb 'drvie'; did you mean 'drive'? (see pitlane --help)\n");
  EXPECT_EQ(refused("circuit chekc mixed"),
            "pitlane: there is no verb 'chekc'; did you mean 'check'? (see pitlane circuit --help)\n");
  EXPECT_THAT(refused("improve x.pit"), AllOf(HasSubstr("there are record, train, tune"), Not(HasSubstr("mean"))));
}

TEST_F(BadInput, MissingVerbsAreListed) {
  EXPECT_THAT(refused(""), HasSubstr("name a verb: record, train, tune"));
  EXPECT_THAT(refused("circuit"), HasSubstr("name a verb: list, check, show, import (see pitlane circuit --help)"));
}

TEST_F(BadInput, MissingOptionsAreNamedWithTheHelpOfTheirVerb) {
  EXPECT_THAT(refused("train --network pilotnet-torch"), AllOf(HasSubstr("--data"), HasSubstr("pitlane train --help")));
  EXPECT_THAT(refused("tune"), HasSubstr("pitlane tune --help"));
  EXPECT_THAT(refused("record"), AllOf(HasSubstr("--out"), HasSubstr("pitlane record --help")));
  EXPECT_THAT(refused("evaluate x.pit"), AllOf(HasSubstr("--data"), HasSubstr("pitlane evaluate --help")));
  for (const char* verb : {"drive", "bench"}) EXPECT_THAT(refused(verb), HasSubstr("MODEL is required")) << verb;
  EXPECT_THAT(refused("inspect"), HasSubstr("FILE is required"));
  EXPECT_THAT(refused("circuit check"), AllOf(HasSubstr("CIRCUIT"), HasSubstr("pitlane circuit check --help")));
  EXPECT_THAT(refused("circuit show mixed"), AllOf(HasSubstr("--out"), HasSubstr("pitlane circuit show --help")));
  EXPECT_THAT(refused("circuit import x.bag"), AllOf(HasSubstr("--out"), HasSubstr("pitlane circuit import --help")));
}

TEST_F(BadInput, OptionsOutOfRangeOrUnknown) {
  EXPECT_THAT(refused("drive expert --laps 0"), AllOf(HasSubstr("--laps"), HasSubstr("1 to 1000")));
  EXPECT_THAT(refused("drive expert --speed 3"), AllOf(HasSubstr("--speed"), HasSubstr("pitlane drive --help")));
  EXPECT_THAT(refused("drive expert --latency soon"), AllOf(HasSubstr("'soon'"), HasSubstr("60ms")));
}

TEST_F(BadInput, CsvWithoutImages) {
  fs::create_directory(place_ / "rec");
  write(place_ / "rec" / "data.csv", "image_name,v,w\n0.png,10,0.5\n1.png,11,0.6\n");
  EXPECT_THAT(refused(train("rec")), AllOf(HasSubstr("data.csv: none of its 2 images is there"), HasSubstr("0.png"),
                                           HasSubstr("copy the images")));
  EXPECT_EQ(entries(place_.path()), 1U);
}

TEST_F(BadInput, NoRecordingAtAll) {
  fs::create_directory(place_ / "empty");
  EXPECT_THAT(refused(train("empty")), AllOf(HasSubstr("empty: no recording"), HasSubstr("data.csv")));
  EXPECT_THAT(refused(train("gone")), HasSubstr("gone: no such directory"));
  EXPECT_EQ(entries(place_.path()), 1U);
}

TEST_F(BadInput, LabelsWithoutVariance) {
  record(place_ / "rec", 60);
  std::istringstream in(read(place_ / "rec/data.csv"));
  std::string flat, line;
  std::getline(in, line);
  flat = line + "\n";
  while (std::getline(in, line)) flat += line.substr(0, line.find(',')) + ",10,0.5,1,0,0,0,0\n";
  write(place_ / "rec/data.csv", flat);
  EXPECT_THAT(refused(train("rec")),
              AllOf(HasSubstr("rec: label 'v' is 10 in all 60 samples"), HasSubstr("record driving that varies it")));
  EXPECT_EQ(entries(place_.path()), 1U);
}

// A label that is no number is a bad row, and more than a tenth of those are an error.
TEST_F(BadInput, LabelsThatAreNoNumbers) {
  record(place_ / "rec", 60);
  spoil_rows(1, 19, 1, [](int) { return "nan"; });
  EXPECT_THAT(refused(train("rec")), AllOf(HasSubstr("data.csv: 19 of 60 rows are bad, more than a tenth"),
                                           HasSubstr("data.csv:2: v is 'nan', not a finite number")));
  EXPECT_FALSE(fs::exists(place_ / "n.pit"));
}

// Times only say where a drive ends: without them a recording is still good, and time that goes back is a new drive.
// (The driver's own refusal of old frames is tested with the driver.)
TEST_F(BadInput, TimesThatAreNoNumbersOrGoBack) {
  save_pilotnet(place_ / "a.pit");
  record(place_ / "rec", 60);
  const std::string evaluate = "evaluate " + at("a.pit") + " --part all --data " + at("rec");
  constexpr int kTime = 6;
  spoil_rows(31, 60, kTime, [](int row) { return std::to_string(0.05 * (row - 31)); });
  const Outcome back = pitlane(evaluate);
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_THAT(back.out, HasSubstr("60 frames"));
  EXPECT_THAT(back.err, Not(HasSubstr("timestamp")));
  spoil_rows(5, 5, kTime, [](int) { return "nan"; });
  const Outcome unknown = pitlane(evaluate);
  EXPECT_EQ(unknown.code, 0) << unknown.err;
  EXPECT_THAT(unknown.out, HasSubstr("60 frames"));
  EXPECT_THAT(unknown.err, HasSubstr("warning: data.csv:6: timestamp is 'nan', not a number; the times of this "
                                     "recording are not used\n"));
}

TEST_F(BadInput, CircuitThatOverlapsItself) {
  save_circuit("eight.yaml", "  - [0, 0, 5]\n  - [40, 30, 5]\n  - [40, 0, 5]\n  - [0, 30, 5]\n");
  for (const std::string& verb : {std::string("drive expert --circuit "), std::string("circuit check "),
                                  "record --out " + at("out") + " --circuit "})
    EXPECT_THAT(refused(verb + at("eight.yaml")),
                AllOf(HasSubstr("eight.yaml: overlaps itself"), HasSubstr("near ("), HasSubstr("crossings: true")));
}

TEST_F(BadInput, OpenCircuit) {
  const std::string head = "format: pitlane-circuit\nversion: 1\nname: open\n";
  write(place_ / "gap.yaml", head +
                                 "reference:\n  - [0, 0]\n  - [10, 0]\n  - [20, 0]\n  - [29, 1]\n  - [38, 2]\n"
                                 "  - [47, 3]\n  - [56, 4]\n  - [65, 5]\n  - [74, 9]\n");
  EXPECT_THAT(refused("circuit check " + at("gap.yaml")),
              AllOf(HasSubstr("gap.yaml: is open"), HasSubstr("last reference point to its first")));
  write(place_ / "said.yaml", head + "closed: false\nwaypoints:\n  - [0, 0, 8]\n  - [46, 0, 8]\n  - [46, 16, 8]\n");
  EXPECT_THAT(refused("drive expert --circuit " + at("said.yaml")), HasSubstr("is open; laps need a closed circuit"));
}

TEST_F(BadInput, UnknownCircuitListsTheKnown) {
  EXPECT_THAT(refused("drive expert --circuit monza"), AllOf(HasSubstr("monza"), HasSubstr("chicane")));
  EXPECT_THAT(refused("circuit check " + at("gone.yaml")), HasSubstr("gone.yaml does not exist"));
}

// What a broken file holds is quoted without obeying it.
TEST_F(BadInput, MessagesHoldNoControlCharacters) {
  write(place_ / "bytes.yaml", "format: \"\\\x01\x1b[31m\"\n");
  for (const char c : refused("circuit check " + at("bytes.yaml")))
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

TEST_F(BadInput, InstructionSetThatIsNotThere) {
  save_pilotnet(place_ / "a.pit");
  const std::string bench = "bench " + at("a.pit") + " --seconds 0.01";
  EXPECT_EQ(refused(bench, "PITLANE_ISA=sse4"),
            "pitlane: PITLANE_ISA: unknown instruction set 'sse4'; choose one of: " + isa_names() + "\n");
  EXPECT_THAT(refused(bench + " --isa sse2"), AllOf(HasSubstr("sse2"), HasSubstr("avx2")));
  // A processor without AVX2 still drives.
  const Outcome plain = pitlane("drive " + at("a.pit") + " --circuit mixed --timeout 1 --json", "PITLANE_ISA=scalar");
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_THAT(plain.out, HasSubstr("(scalar)"));
}

TEST_F(BadInput, InstructionSetThatThisProcessorLacks) {
  const auto here = [](Isa isa) { return std::ranges::count(available_isas(), isa) > 0; };
  const Isa missing = *std::ranges::find_if_not(kIsas, here);  // no processor has both AVX2 and NEON
  save_pilotnet(place_ / "a.pit");
  EXPECT_THAT(refused("bench " + at("a.pit"), std::string("PITLANE_ISA=") + to_string(missing)),
              HasSubstr(std::string(to_string(missing)) + " is not available on this machine; choose one of: scalar"));
}

TEST_F(BadInput, BagThatIsNone) {
  write(place_ / "lap.bag", "#ROSBAG V2.0\nbut not much more");
  EXPECT_THAT(refused("circuit import " + at("lap.bag") + " --out " + at("lap.yaml")), HasSubstr("lap.bag: "));
  EXPECT_THAT(refused("circuit import " + at("gone.bag") + " --out " + at("lap.yaml")),
              HasSubstr("gone.bag: there is no such file"));
  EXPECT_EQ(entries(place_.path()), 1U);
}

TEST_F(BadInput, CircuitsForANetworkThatOnlySteers) {
  const auto steers = build_pilotnet_torch({Preprocessing{}, {{"steering", "", -1, 1, -1, 1}}, 1});
  ASSERT_TRUE(save_pit(*steers, place_ / "a.pit").ok());
  for (const char* flag : {"--circuit", "--auto 2 --tuning-circuit"})
    EXPECT_THAT(refused("tune " + at("a.pit") + " --out " + at("out") + " " + flag + " mixed"),
                AllOf(HasSubstr("-circuit: this network has no outputs v and w, so it drives on none; name an adapter"),
                      HasSubstr("or leave the circuits out")));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(BadInput, UnknownStrategyBeforeAnythingIsDone) {
  save_pilotnet(place_ / "a.pit");
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy int3 --out " + at("out")),
              AllOf(HasSubstr("int3"), HasSubstr("int_flt_quan")));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(BadInput, BudgetsThatMeanNothing) {
  save_pilotnet(place_ / "a.pit");
  const std::string convert = "convert " + at("a.pit") + " " + at("b.pit");
  const std::string tune = "tune " + at("a.pit") + " --strategy int8 --out " + at("out");
  EXPECT_THAT(refused(convert + " --budget 3%"),
              HasSubstr("--budget: says what a strategy may cost, and no --strategy is given; leave it out"));
  for (const std::string& verb : {convert + " --strategy int8", tune}) {
    EXPECT_THAT(refused(verb + " --budget steering=3%"),
                HasSubstr("--budget steering=3%: there is no output 'steering'; there is v, w"));
    EXPECT_THAT(refused(verb + " --budget 0%"), HasSubstr("so zero is held by chance alone; allow some, e.g. 1%"));
    EXPECT_THAT(refused(verb + " --budget much"), HasSubstr("--budget much: is no limit; say e.g. 3%"));
    EXPECT_THAT(refused(verb + " --budget track:0.1"), HasSubstr("Say 0.1m or 0.1%"));
    EXPECT_THAT(refused(verb + " --budget ''"), HasSubstr("--budget"));
  }
  EXPECT_THAT(
      refused(convert + " --strategy int8 --budget 3%,track:10%"),
      HasSubstr("--budget track:10%: is held by laps, and convert drives none; use tune, or leave the limit out"));
  EXPECT_THAT(
      refused(tune + " --budget track:0.2m --no-track"),
      HasSubstr("--budget track:0.2m: is held by laps, and --no-track left the track out; leave the limit out"));
  EXPECT_THAT(refused(tune + " --budget track:10% --latency 60ms,measured"),
              HasSubstr("is held by laps, and with --latency measured each network is driven by its own time; give "
                        "latencies in ms, or a --latency-profile"));
  EXPECT_FALSE(fs::exists(place_ / "out"));
  EXPECT_FALSE(fs::exists(place_ / "b.pit"));
}

TEST_F(BadInput, ARecipeFlagThatNothingHeeds) {
  save_pilotnet(place_ / "a.pit");
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy int8 quan_aware --sparsity 0.8 --out " + at("out")),
              HasSubstr("--sparsity: int8, quan_aware prune nothing; leave it out"));
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy int8 prune --keep 0.5 --out " + at("out")),
              HasSubstr("--keep: int8, prune remove no channels; leave it out"));
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy quan_aware --weight-bits 4 --out " + at("out")),
              HasSubstr("--weight-bits: quan_aware quantises no weights by calibration alone; leave it out"));
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy prune --calibrator mse --out " + at("out")),
              HasSubstr("--calibrator: prune chooses no ranges by calibration alone; leave it out"));
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy grey_input --input-scale 0.5 --out " + at("out")),
              HasSubstr("--input-scale: grey_input shows no smaller picture; leave it out"));
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy prune fp32 --equalize --out " + at("out")),
              HasSubstr("--equalize: prune, fp32 quantise no weights by calibration alone; leave it out"));
  EXPECT_THAT(
      refused("tune " + at("a.pit") + " --calibrator median --out " + at("out")),
      HasSubstr("--calibrator: there is no calibrator 'median'; known are cubed_error, min_max, percentile, mse, "
                "entropy"));
  EXPECT_THAT(refused("convert " + at("a.pit") + " " + at("b.pit") + " --strategy int8 --weight-bits 9"),
              HasSubstr("--weight-bits: must be a whole number within 2 to 8, not '9'"));
  EXPECT_THAT(refused("convert " + at("a.pit") + " " + at("b.pit") + " --strategy fp32 --sparsity 0.8"),
              HasSubstr("--sparsity: fp32 prunes nothing; leave it out"));
  EXPECT_THAT(refused("convert " + at("a.pit") + " " + at("b.pit") + " --sparsity 0.8"),
              HasSubstr("--sparsity: changes a strategy, and no --strategy is given; leave it out"));
  for (const char* share : {"1", "-0.1", "nan", "80"})
    EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy prune --out " + at("out") + " --sparsity " + share),
                HasSubstr("--sparsity: must be within 0 to 0.99, not '" + std::string(share)));
  EXPECT_FALSE(fs::exists(place_ / "out"));
  EXPECT_FALSE(fs::exists(place_ / "b.pit"));
}

// Whoever has the program alone can use all but training, and is told what is missing. Code that lies in the current
// folder is no part of the program.
TEST_F(BadInput, TrainingWithoutLibTorch) {
  record(place_ / "rec", 10);
  fs::create_directory(place_ / "bin");
  fs::copy_file(program(), place_ / "bin/pitlane");
  fs::create_directory(place_ / "here");
  write(place_ / "here/libpitlane_torch.so", "not ours");
  const std::string alone = "cd " + at("here") + " && " + at("bin/pitlane") + " ";
  EXPECT_EQ(run(alone + "strategies").code, 0);
  const Outcome missing = run(alone + train("rec"));
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("pitlane: training needs LibTorch, and there is no libpitlane_torch.so beside the "
                                     "program; install libtorch-dev and build again\n"));
  write(place_ / "bin/libpitlane_torch.so", "damaged");
  const Outcome damaged = run(alone + train("rec"));
  EXPECT_EQ(damaged.code, 2);
  EXPECT_THAT(damaged.err, AllOf(HasSubstr("training needs LibTorch, which cannot be loaded: "),
                                 HasSubstr("libpitlane_torch.so: ")));
  EXPECT_FALSE(fs::exists(place_ / "n.pit"));
}

TEST_F(BadInput, BothFreshAndFrom) {
  record(place_ / "rec", 10);
  save_pilotnet(place_ / "a.pit");
  const std::string data = "--data " + at("rec") + " --out " + at("n.pit");
  EXPECT_THAT(refused("train " + data), HasSubstr("--network FAMILY to start afresh or --from MODEL"));
  EXPECT_THAT(refused("train --network pilotnet-tf --from " + at("a.pit") + " " + data), HasSubstr("--from"));
  EXPECT_THAT(refused("train --network pilotnt " + data), HasSubstr("known: pilotnet-torch, pilotnet-tf"));
  EXPECT_FALSE(fs::exists(place_ / "n.pit"));
}

}  // namespace
}  // namespace pitlane::testing
