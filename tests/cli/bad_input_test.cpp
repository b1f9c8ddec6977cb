// Whatever is wrong: one line that says what, where and the remedy; exit code 2; nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class BadInput : public ::testing::Test {
 protected:
  // Runs, expects exit code 2 and gives the message.
  static std::string refused(const std::string& arguments, const std::string& before = "") {
    const Outcome outcome = pitlane(arguments, before);
    EXPECT_EQ(outcome.code, 2) << arguments << "\n" << outcome.out << outcome.err;
    const auto before_it = outcome.err.rfind("\npitlane: ");
    const std::string message = before_it == std::string::npos ? outcome.err : outcome.err.substr(before_it + 1);
    EXPECT_THAT(message, StartsWith("pitlane: "));
    EXPECT_EQ(std::ranges::count(message, '\n'), 1) << "one line: " << message;
    return message;
  }

  [[nodiscard]] std::string at(const std::string& name) const { return "'" + (place_ / name).string() + "'"; }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(place_.path()), {}));
  }

  // A circle of waypoints, to be spoilt.
  void save_circuit(const std::string& name, const std::string& waypoints) const {
    write(place_ / name, "format: pitlane-circuit\nversion: 1\nname: made-up\nwaypoints:\n" + waypoints);
  }

  TemporaryDirectory place_;
};

TEST_F(BadInput, UnknownVerb) { EXPECT_THAT(refused("improve x.pit"), HasSubstr("--help")); }

TEST_F(BadInput, MissingOption) {
  EXPECT_THAT(refused("train --network pilotnet-torch"), AllOf(HasSubstr("--data"), HasSubstr("pitlane train --help")));
}

TEST_F(BadInput, NoSuchModel) { EXPECT_THAT(refused("inspect " + at("gone.pit")), HasSubstr("gone.pit")); }

TEST_F(BadInput, UnknownFileType) {
  write(place_ / "model.xyz", "who knows");
  EXPECT_THAT(refused("inspect " + at("model.xyz")), AllOf(HasSubstr("model.xyz"), HasSubstr(".pit")));
}

TEST_F(BadInput, TruncatedPit) {
  save_pilotnet(place_ / "a.pit");
  for (const std::uintmax_t size : {std::uintmax_t{0}, std::uintmax_t{10}, fs::file_size(place_ / "a.pit") / 2,
                                    fs::file_size(place_ / "a.pit") - 100}) {
    fs::copy_file(place_ / "a.pit", place_ / "cut.pit", fs::copy_options::overwrite_existing);
    fs::resize_file(place_ / "cut.pit", size);
    EXPECT_THAT(refused("inspect " + at("cut.pit")), HasSubstr("cut.pit")) << size;
  }
}

TEST_F(BadInput, NewerPit) {
  save_pilotnet(place_ / "a.pit");
  std::string bytes = read(place_ / "a.pit");
  // The version is the root table's first field: found by following the table's own offsets.
  const auto number = [&](std::size_t offset, std::size_t size) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, size);
    return value;
  };
  const std::size_t root = number(0, 4);
  bytes[root + number(root - number(root, 4) + 4, 2)] = 99;
  write(place_ / "new.pit", bytes);
  EXPECT_THAT(refused("inspect " + at("new.pit")),
              AllOf(HasSubstr("new.pit"), HasSubstr("format 99"), HasSubstr("newer Pitlane"), HasSubstr("update")));
}

TEST_F(BadInput, CsvWithoutImages) {
  fs::create_directory(place_ / "rec");
  write(place_ / "rec" / "data.csv", "image_name,v,w\n0.png,10,0.5\n1.png,11,0.6\n");
  EXPECT_THAT(refused("train --network pilotnet-torch --data " + at("rec") + " --out " + at("n.pit")),
              AllOf(HasSubstr("rec"), HasSubstr("0.png")));
  EXPECT_FALSE(fs::exists(place_ / "n.pit"));
}

TEST_F(BadInput, NoRecordingAtAll) {
  fs::create_directory(place_ / "empty");
  EXPECT_THAT(refused("train --network pilotnet-torch --data " + at("empty") + " --out " + at("n.pit")),
              AllOf(HasSubstr("empty"), HasSubstr("data.csv")));
}

TEST_F(BadInput, LabelsWithoutVariance) {
  record(place_ / "rec", 60);
  std::ifstream in(place_ / "rec/data.csv");
  std::string flat, line;
  std::getline(in, line);
  flat = line + "\n";
  while (std::getline(in, line)) flat += line.substr(0, line.find(',')) + ",10,0.5,0,0\n";
  write(place_ / "rec/data.csv", flat);
  EXPECT_THAT(refused("train --network pilotnet-torch --data " + at("rec") + " --out " + at("n.pit")),
              AllOf(HasSubstr("rec"), HasSubstr("'v'"), HasSubstr("in all 60 samples")));
}

TEST_F(BadInput, CircuitThatOverlapsItself) {
  save_circuit("eight.yaml", "  - [0, 0, 5]\n  - [40, 30, 5]\n  - [40, 0, 5]\n  - [0, 30, 5]\n");
  EXPECT_THAT(refused("drive expert --circuit " + at("eight.yaml")),
              AllOf(HasSubstr("eight.yaml"), HasSubstr("overlaps itself"), HasSubstr("crossings: true")));
}

TEST_F(BadInput, OpenCircuit) {
  write(
      place_ / "open.yaml",
      "format: pitlane-circuit\nversion: 1\nname: open\nreference:\n  - [0, 0]\n  - [10, 0]\n  - [20, 0]\n  - [30, 1]\n"
      "  - [40, 2]\n  - [50, 3]\n  - [60, 4]\n  - [70, 5]\n  - [80, 9]\n");
  EXPECT_THAT(refused("circuit check " + at("open.yaml")), AllOf(HasSubstr("open.yaml"), HasSubstr("open")));
}

TEST_F(BadInput, UnknownCircuitListsTheKnown) {
  EXPECT_THAT(refused("drive expert --circuit monza"), AllOf(HasSubstr("monza"), HasSubstr("chicane")));
}

TEST_F(BadInput, ModelOfAnotherPictureSize) {
  save_pilotnet(place_ / "a.pit");
  fs::create_directory(place_ / "rec");
  record(place_ / "rec", 60);
  std::string manifest = read(place_ / "rec/recording.json");
  const auto width = manifest.find("\"width\": 200");
  ASSERT_NE(width, std::string::npos);
  write(place_ / "rec/recording.json", manifest.replace(width, 12, "\"width\": 160"));
  EXPECT_THAT(refused("evaluate " + at("a.pit") + " --data " + at("rec")),
              AllOf(HasSubstr("200x66"), HasSubstr("160x66")));
}

TEST_F(BadInput, OutputDirectoryThatCannotBe) {
  save_pilotnet(place_ / "a.pit");
  write(place_ / "file", "in the way");
  EXPECT_THAT(refused("tune " + at("a.pit") + " --out " + at("file/below")), HasSubstr("file"));
  EXPECT_THAT(refused("record --frames 10 --out " + at("file/below")), HasSubstr("file"));
  EXPECT_THAT(refused("tune " + at("a.pit") + " --out /proc/pitlane"), HasSubstr("/proc/pitlane"));
  EXPECT_EQ(entries(), 2U);
}

// A limit on file sizes stands for a disk that fills up.
TEST_F(BadInput, FullDiskLeavesNothingHalfWritten) {
  record(place_ / "rec", 100);
  const std::string before = entries() == 1 ? "ulimit -f 2000;" : "";
  EXPECT_THAT(
      refused("train --network pilotnet-torch --epochs 1 --data " + at("rec") + " --out " + at("n.pit"), before),
      AllOf(HasSubstr("n.pit"), HasSubstr("File too large")));
  EXPECT_EQ(entries(), 1U) << "neither network nor checkpoint, nor a temporary file";
}

// A pipe of our own, not /dev/full: tests may run as root, and a program that renames onto a device replaces it.
TEST_F(BadInput, OutputThatIsNoFileStaysWhatItIs) {
  ASSERT_EQ(::mkfifo((place_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refused("circuit show mixed --out " + at("pipe")), AllOf(HasSubstr("pipe"), HasSubstr("regular file")));
  EXPECT_TRUE(fs::is_fifo(place_ / "pipe"));
  EXPECT_EQ(entries(), 1U);
}

TEST_F(BadInput, InstructionSetThatIsNotThere) {
  save_pilotnet(place_ / "a.pit");
  const std::string drive = "drive " + at("a.pit") + " --circuit mixed --timeout 1";
  EXPECT_THAT(refused(drive, "PITLANE_ISA=neon"),
              AllOf(HasSubstr("neon"), HasSubstr("scalar"), HasSubstr("PITLANE_ISA")));
  EXPECT_THAT(refused(drive + " --isa sse2"), AllOf(HasSubstr("sse2"), HasSubstr("avx2")));
  EXPECT_EQ(pitlane(drive, "PITLANE_ISA=scalar").code, 0) << "a processor without AVX2 still drives";
}

TEST_F(BadInput, BagThatIsNone) {
  write(place_ / "lap.bag", "#ROSBAG V2.0\nbut not much more");
  EXPECT_THAT(refused("circuit import " + at("lap.bag") + " --out " + at("lap.yaml")), HasSubstr("lap.bag"));
  EXPECT_FALSE(fs::exists(place_ / "lap.yaml"));
}

TEST_F(BadInput, UnknownStrategyBeforeAnythingIsDone) {
  save_pilotnet(place_ / "a.pit");
  EXPECT_THAT(refused("tune " + at("a.pit") + " --strategy int3 --out " + at("out")),
              AllOf(HasSubstr("int3"), HasSubstr("int_flt_quan")));
  EXPECT_FALSE(fs::exists(place_ / "out"));
}

TEST_F(BadInput, BothFreshAndFrom) {
  record(place_ / "rec", 60);
  save_pilotnet(place_ / "a.pit");
  EXPECT_THAT(refused("train --data " + at("rec") + " --out " + at("n.pit")), HasSubstr("--network"));
  EXPECT_THAT(
      refused("train --network pilotnet-tf --from " + at("a.pit") + " --data " + at("rec") + " --out " + at("n.pit")),
      HasSubstr("--from"));
}

}  // namespace
}  // namespace pitlane::testing
