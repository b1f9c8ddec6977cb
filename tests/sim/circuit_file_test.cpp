#include "pitlane/sim/circuit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "pitlane/core/file.h"
#include "small_circuits.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kHead = "format: pitlane-circuit\nversion: 1\nname: x\n";
constexpr const char* kOval = "waypoints:\n  - [0, 0, 8]\n  - [46, 0, 8]\n  - [46, 16, 8]\n  - [0, 16, 8]\n";

std::string error_of(const std::string& text) {
  const auto circuit = parse_circuit(text, "x.yaml");
  return circuit ? "no error" : circuit.error().message();
}

TEST(CircuitFile, ComesBackAsItWasSaved) {
  CircuitDefinition d = oval();
  d.description = "quotes \" and \\ and # and: colons";
  d.held_out = true;
  d.start_m = 3.25;
  d.walls = Walls{4.5, 0.75, {1, 2, 3}};
  d.colours.grass = {9, 8, 7};
  const TemporaryDirectory folder;
  ASSERT_TRUE(save_circuit(folder / "a.yaml", d).ok());
  const auto circuit = load_circuit(folder / "a.yaml");
  ASSERT_TRUE(circuit.ok()) << circuit.error().message();
  const CircuitDefinition& back = circuit->definition();
  EXPECT_EQ(back.description, d.description);
  EXPECT_TRUE(back.held_out);
  EXPECT_EQ(back.start_m, 3.25);
  EXPECT_EQ(back.walls, d.walls);
  EXPECT_EQ(back.colours, d.colours);
  ASSERT_EQ(back.waypoints.size(), 4U);
  EXPECT_EQ(back.waypoints[2].x_m, 46);
}

TEST(CircuitFile, PointsComeBackToTheMillimetre) {
  CircuitDefinition d;
  d.name = "points";
  for (int i = 0; i < 90; ++i)
    d.reference.push_back({123.4567 + 15 * std::cos(i * 4 * 0.01745329), 15 * std::sin(i * 4 * 0.01745329)});
  const auto circuit = parse_circuit(circuit_text(d), "x");
  ASSERT_TRUE(circuit.ok()) << circuit.error().message();
  EXPECT_NEAR(circuit->definition().reference[7].x_m, d.reference[7].x_m, 1e-5);
}

TEST(CircuitFile, ErrorsNameFileAndLine) {
  EXPECT_THAT(error_of(std::string(kHead) + "road_widht_m: 3\n" + kOval),
              AllOf(StartsWith("x.yaml:4: unknown key 'road_widht_m'"), HasSubstr("road_width_m")));
  EXPECT_THAT(error_of(std::string(kHead) + "walls:\n  depth: 3\n" + kOval),
              StartsWith("x.yaml:5: unknown key 'depth'"));
  EXPECT_THAT(error_of(std::string(kHead) + "road_width_m: wide\n" + kOval),
              StartsWith("x.yaml:4: road_width_m must be a number"));
  EXPECT_THAT(error_of(std::string(kHead) + "waypoints:\n  - [0, 0, 8]\n  - [1, 2]\n"),
              StartsWith("x.yaml:6: waypoint 2 must be a list of 3 or 4 numbers"));
  EXPECT_THAT(error_of(std::string(kHead) + "waypoints:\n  - [0, 0, 8, 3, 1]\n"),
              StartsWith("x.yaml:5: waypoint 1 must be a list of 3 or 4 numbers"));
  EXPECT_THAT(error_of(std::string(kHead) + "waypoints:\n  - [0, 0, 8, 0]\n"),
              StartsWith("x.yaml:5: waypoint 1 has a road width of 0 m; leave it out"));
  EXPECT_THAT(error_of(std::string(kHead) + "reference:\n  - [0, 0, .inf]\n"),
              StartsWith("x.yaml:5: reference point 1 is not finite"));
  EXPECT_THAT(error_of(std::string(kHead) + "waypoints:\n  - [0, .nan, 8]\n"),
              StartsWith("x.yaml:5: waypoint 1 is not finite"));
  EXPECT_THAT(error_of(std::string(kHead) + "colours:\n  grass: [1, 2, 300]\n" + kOval), HasSubstr("within 0..255"));
  EXPECT_THAT(error_of(std::string(kHead) + "name: y\n" + kOval), StartsWith("x.yaml:4: key 'name' stands twice"));
  EXPECT_THAT(error_of("format: [\n"), AllOf(StartsWith("x.yaml:"), HasSubstr("not YAML")));
}

TEST(CircuitFile, RefusesOtherFormatsVersionsAndOpenCircuits) {
  EXPECT_THAT(error_of("name: x\n"), HasSubstr("'format: pitlane-circuit' is missing"));
  EXPECT_THAT(error_of("format: pitlane-circuit\nversion: 2\nname: x\n"), HasSubstr("reads version 1"));
  EXPECT_THAT(error_of(std::string(kHead) + "closed: false\n" + kOval), HasSubstr("is open"));
  EXPECT_THAT(error_of(kHead), HasSubstr("neither waypoints nor reference"));
  EXPECT_THAT(error_of(""), HasSubstr("x.yaml"));
  EXPECT_THAT(error_of("- 1\n"), HasSubstr("must be a list of 'key: value' lines"));
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("x.yaml"));
}

TEST(CircuitFile, MissingFile) {
  const auto circuit = find_circuit("no/such/file.yaml");
  ASSERT_FALSE(circuit.ok());
  EXPECT_EQ(circuit.error().kind(), ErrorKind::kNotFound);
}

TEST(CircuitLibrary, UnknownNameListsTheKnown) {
  const auto circuit = find_circuit("monza");
  ASSERT_FALSE(circuit.ok());
  EXPECT_THAT(circuit.error().message(), AllOf(HasSubstr("no circuit 'monza'"), HasSubstr("hairpins")));
}

TEST(CircuitLibrary, OwnFolderComesFirst) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(write_text(folder / "mine.yaml", std::string(kHead) + kOval).ok());
  ::setenv("PITLANE_CIRCUITS", folder.path().c_str(), 1);
  EXPECT_TRUE(find_circuit("mine").ok());
  EXPECT_TRUE(find_circuit("hairpins").ok());
  const auto names = list_circuits();
  EXPECT_NE(std::find(names.begin(), names.end(), "mine"), names.end());
  ::unsetenv("PITLANE_CIRCUITS");
}

TEST(CommittedCircuits, AreValidVariedAndSomeAreHeldOut) {
  int held_out = 0, circuits = 0;
  double tightest = 1e9;
  for (const std::string& name : list_circuits()) {
    const auto circuit = find_circuit(name);
    ASSERT_TRUE(circuit.ok()) << circuit.error().message();
    ++circuits;
    EXPECT_EQ(circuit->name(), name) << "the file's name is the circuit's";
    EXPECT_GE(circuit->length_m(), 250) << name;
    EXPECT_LE(circuit->length_m(), 900) << name;
    held_out += circuit->definition().held_out ? 1 : 0;
    if (!circuit->definition().held_out) tightest = std::min(tightest, circuit->smallest_radius_m());
    // Valid the other way round too: the same points, so the same line to drive.
    EXPECT_EQ(circuit->reference_line(true).points.size(), circuit->centre_line().size());
  }
  EXPECT_GE(circuits, 10);
  EXPECT_EQ(held_out, 3);
  EXPECT_TRUE(find_circuit("figure-eight")->definition().crossings);
  EXPECT_LE(tightest, 2);
}

TEST(CircuitFile, TooDeepOrTooLarge) {
  EXPECT_THAT(error_of(std::string(kHead) + "waypoints: " + std::string(100'000, '[')),
              ::testing::AllOf(StartsWith("x.yaml:4: "), HasSubstr("nest too deep")));
  const TemporaryDirectory folder;
  ASSERT_TRUE(write_text(folder / "a.yaml", std::string((1U << 20) + 1, '#')).ok());
  EXPECT_THAT(load_circuit(folder / "a.yaml").error().message(), HasSubstr("more than the limit of 1048576"));
}

}  // namespace
}  // namespace pitlane
