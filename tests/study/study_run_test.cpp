// Grid, store and totals, with drives that take no time: a world that is a straight road and a car that obeys at once.
#include "pitlane/study/study_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <numbers>
#include <set>

#include "pitlane/study/latency_profile.h"
#include "pitlane/study/study_totals.h"
#include "ring_world.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// On a rail that seed and `aside_m` place, up to 9 cm and `aside_m` outside of the line.
class RailWorld : public RingWorld {
 public:
  explicit RailWorld(double aside_m = 0) : aside_m_(aside_m) {}
  Status reset(std::uint64_t seed) override {
    offset_m_ = aside_m_ + 0.01 * static_cast<double>(seed % 10);
    return RingWorld::reset(seed);
  }

 private:
  [[nodiscard]] double offset_m() const override { return offset_m_; }
  double aside_m_ = 0, offset_m_ = 0;
};

std::atomic<int> g_decisions = 0;

class SteadyController : public Controller {
 public:
  SteadyController(double v_mps, bool fails) : v_mps_(v_mps), fails_(fails) {}
  void reset() override {}
  Result<Command> decide(const Observation&) override {
    ++g_decisions;
    if (fails_) return numeric_error("not a number");
    return Command{v_mps_, 0};
  }

 private:
  double v_mps_;
  bool fails_;
};

Course course(const std::string& name, bool reverse, const std::string& perturbation) {
  Course out;
  out.circuit = out.key = name;
  out.reverse = reverse;
  out.perturbation = perturbation;
  out.make_world = []() -> Result<std::unique_ptr<World>> {
    return std::unique_ptr<World>(std::make_unique<RailWorld>());
  };
  return out;
}

StudyDriver driver(const std::string& name, double v_mps, bool fails = false) {
  StudyDriver out;
  out.name = out.key = name;
  out.runtime = "test";
  out.courses = {course("ring", false, "none"), course("ring", true, "none"), course("ring", false, "rain")};
  out.latencies = {StudyLatency{}};
  out.make_controller = [=](const World&) -> Result<std::unique_ptr<Controller>> {
    return std::unique_ptr<Controller>(std::make_unique<SteadyController>(v_mps, fails));
  };
  return out;
}

StudyGrid grid_of(std::vector<StudyDriver> drivers, int repetitions = 2) {
  StudyGrid grid;
  grid.drivers = std::move(drivers);
  grid.repetitions = repetitions;
  grid.seed = 7;
  return grid;
}

class StudyRunTest : public ::testing::Test {
 protected:
  [[nodiscard]] Store open() const { return Store::open(place_ / "study.db").value(); }
  static StudyResult drive_all(const StudyGrid& grid, Store& store, int jobs = 1) {
    const auto cells = study_cells(grid);
    const auto failures = drive_cells(grid, cells, missing_cells(store, cells).value(), store, jobs);
    EXPECT_TRUE(failures.ok());
    return read_cells(grid, cells, store, *failures).value();
  }
  TemporaryDirectory place_;
};

TEST_F(StudyRunTest, TrajectoriesComeBackThinnedAndOfAsManyDrivesAsAskedFor) {
  const StudyGrid grid = grid_of({driver("a", 8), driver("b", 6)});
  Store store = open();
  drive_all(grid, store);
  const auto cells = study_cells(grid);
  EXPECT_THAT(cells_to_draw(cells, 4), ElementsAre(0, 2, 6, 8)) << "both drivers, first repetitions, first courses";
  const StudyResult result = read_cells(grid, cells, store, {}, 4).value();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool drawn = i == 0 || i == 2 || i == 6 || i == 8;
    EXPECT_EQ(result.outcomes[i].episode->trajectory.empty(), !drawn) << i;
  }
  // Chords of a circle of 10 m that leave it by a centimetre are 0.89 m long: 71 of them, at most twice as many where
  // they are halved. The lap had 157 points.
  const auto& path = result.outcomes[0].episode->trajectory;
  EXPECT_GE(path.size(), 65U);
  EXPECT_LE(path.size(), 143U);
  for (const TrajectoryPoint& p : path) EXPECT_NEAR(std::hypot(p.pose.x_m, p.pose.y_m), 10.07, 0.002);
}

TEST(StudyCells, ComeInOneOrderWithPairedSeeds) {
  StudyGrid grid = grid_of({driver("a", 8), driver("b", 8)});
  for (StudyDriver& d : grid.drivers) d.latencies.push_back({LatencyModel::fixed(0.06), "60ms", "60ms", {}});
  std::vector<std::string> names;
  std::set<std::string> keys;
  const auto cells = study_cells(grid);
  for (const StudyCell& cell : cells) {
    names.push_back(describe(grid, cell));
    keys.insert(cell.key);
    EXPECT_EQ(cell.seed, 7U + static_cast<unsigned>(cell.repetition));
  }
  ASSERT_EQ(names.size(), 24U);
  EXPECT_EQ(keys.size(), 24U);
  names.resize(14);
  EXPECT_THAT(
      names,
      ElementsAre("a, ring, repetition 1", "a, ring, repetition 2", "a, ring, 60ms, repetition 1",
                  "a, ring, 60ms, repetition 2", "a, ring reverse, repetition 1", "a, ring reverse, repetition 2",
                  "a, ring reverse, 60ms, repetition 1", "a, ring reverse, 60ms, repetition 2",
                  "a, ring, rain, repetition 1", "a, ring, rain, repetition 2", "a, ring, rain, 60ms, repetition 1",
                  "a, ring, rain, 60ms, repetition 2", "b, ring, repetition 1", "b, ring, repetition 2"));
}

TEST(StudyCells, KeysNameEverythingThatDecides) {
  const StudyGrid grid = grid_of({driver("a", 8)}, 1);
  const auto key = [](const StudyGrid& g) { return study_cells(g)[0].key; };
  const std::string first = key(grid);
  EXPECT_EQ(key(grid), first);
  std::set<std::string> keys{first};
  const auto differs = [&](const char* what, const auto& change) {
    StudyGrid other = grid;
    change(other);
    EXPECT_TRUE(keys.insert(key(other)).second) << what;
  };
  differs("network", [](StudyGrid& g) { g.drivers[0].key = "b"; });
  differs("circuit", [](StudyGrid& g) { g.drivers[0].courses[0].key = "oval"; });
  differs("direction", [](StudyGrid& g) { g.drivers[0].courses[0].reverse = true; });
  differs("perturbation", [](StudyGrid& g) { g.drivers[0].courses[0].perturbation = "rain"; });
  differs("latency", [](StudyGrid& g) { g.drivers[0].latencies[0].key = "60ms"; });
  differs("seed", [](StudyGrid& g) { g.seed = 8; });
  differs("laps", [](StudyGrid& g) { g.laps = 2; });
  differs("timeout", [](StudyGrid& g) { g.timeout_s = 5; });
  differs("off-road limit", [](StudyGrid& g) { g.off_road_limit_m = 6; });
  StudyGrid renamed = grid;
  renamed.name = renamed.drivers[0].name = "other";
  renamed.repetitions = 9;
  EXPECT_EQ(key(renamed), first) << "names and how often it is repeated decide nothing";
}

TEST_F(StudyRunTest, ADriveEndsAtTheOffRoadLimitOfItsStudy) {
  Store store = open();
  StudyGrid grid = grid_of({driver("a", 8)}, 1);
  for (Course& c : grid.drivers[0].courses)
    c.make_world = []() -> Result<std::unique_ptr<World>> {
      return std::unique_ptr<World>(std::make_unique<RailWorld>(4));
    };
  const StudyResult near = drive_all(grid, store);
  grid.off_road_limit_m = 6;
  const StudyResult far = drive_all(grid, store);
  EXPECT_NE(near.cells[0].key, far.cells[0].key);
  EXPECT_EQ(near.outcomes[0].episode->end, EpisodeEnd::kOffRoad);
  EXPECT_NE(far.outcomes[0].episode->end, EpisodeEnd::kOffRoad);
  EXPECT_TRUE(far.outcomes[0].episode->completed);
}

TEST_F(StudyRunTest, DrivesOnlyWhatIsMissing) {
  Store store = open();
  const StudyGrid two = grid_of({driver("a", 8)}, 2);
  const StudyResult first = drive_all(two, store);
  for (const CellOutcome& outcome : first.outcomes) {
    ASSERT_TRUE(outcome.episode.has_value());
    EXPECT_TRUE(outcome.episode->completed);
    EXPECT_TRUE(outcome.episode->trajectory.empty());
  }
  g_decisions = 0;
  drive_all(two, store);
  EXPECT_EQ(g_decisions, 0);
  const StudyGrid three = grid_of({driver("a", 8)}, 3);
  EXPECT_EQ(missing_cells(store, study_cells(three))->size(), 3U);
  const StudyResult more = drive_all(three, store);
  EXPECT_GT(g_decisions, 0);
  EXPECT_EQ(more.outcomes[0].episode->deviation.mean, first.outcomes[0].episode->deviation.mean);
}

TEST_F(StudyRunTest, AStopKeepsWhatEnded) {
  Store store = open();
  const StudyGrid grid = grid_of({driver("a", 8)}, 4);
  const auto cells = study_cells(grid);
  const ProgressFn five = [](const Progress& p) { return p.done < 5; };
  const auto stopped = drive_cells(grid, cells, missing_cells(store, cells).value(), store, 2, five);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
  const std::size_t left = missing_cells(store, cells)->size();
  EXPECT_LE(left, 7U);
  EXPECT_GE(left, 6U);
  std::int64_t began_at = -1;
  const ProgressFn watch = [&](const Progress& p) {
    if (began_at < 0) began_at = p.done;
    EXPECT_EQ(p.total, 12);
    return true;
  };
  EXPECT_TRUE(drive_cells(grid, cells, missing_cells(store, cells).value(), store, 2, watch).ok());
  EXPECT_GE(began_at, 12 - static_cast<std::int64_t>(left)) << "what was done before counts";
  EXPECT_TRUE(missing_cells(store, cells)->empty());
}

TEST_F(StudyRunTest, WhatCannotBeDrivenIsShownAndTriedAgain) {
  Store store = open();
  StudyGrid grid = grid_of({driver("a", 8)}, 1);
  grid.drivers[0].courses[1].make_world = []() -> Result<std::unique_ptr<World>> { return io_error("no such world"); };
  const StudyResult result = drive_all(grid, store);
  EXPECT_FALSE(result.outcomes[1].episode.has_value());
  EXPECT_EQ(result.outcomes[1].failure, "no such world");
  EXPECT_TRUE(result.outcomes[2].episode.has_value()) << "the others go on";
  EXPECT_THAT(missing_cells(store, result.cells).value(), ElementsAre(1U));
  const StudyTotal total = study_totals(result)[0];
  EXPECT_EQ(total.failed, 1);
  EXPECT_EQ(total.missing, 0);
  EXPECT_NEAR(total.figures[0].estimate.mean, 2.0 / 3, 1e-12);
}

TEST_F(StudyRunTest, TwoNamesOfOneThingAreDrivenOnce) {
  Store store = open();
  StudyGrid grid = grid_of({driver("a", 8), driver("a", 8)}, 1);
  grid.drivers[1].name = "again";
  EXPECT_EQ(missing_cells(store, study_cells(grid))->size(), 3U);
  const StudyResult result = drive_all(grid, store, 2);
  for (const CellOutcome& outcome : result.outcomes) EXPECT_TRUE(outcome.episode.has_value());
}

// b is half as fast and never lost; c fails at its first decision.
TEST_F(StudyRunTest, TotalsCompareWithTheFirst) {
  Store store = open();
  const StudyResult result = drive_all(grid_of({driver("a", 8), driver("b", 4), driver("c", 8, true)}), store, 2);
  const std::vector<StudyTotal> totals = study_totals(result);
  ASSERT_EQ(totals.size(), 3U);
  EXPECT_EQ(totals[0].cells, 6);
  EXPECT_EQ(totals[0].completed, 6);
  EXPECT_EQ(totals[1].completed, 6);
  const double length = 2 * std::numbers::pi * RingWorld::kRadius_m;
  const StudyFigure lap = totals[1].figures[2];
  EXPECT_NEAR(totals[0].figures[2].estimate.mean, length / 8, 0.02);
  EXPECT_NEAR(lap.estimate.mean, length / 4, 0.02);
  EXPECT_NEAR(lap.mean_difference, length / 8, 0.03);
  EXPECT_EQ(lap.pairs, 6);
  EXPECT_DOUBLE_EQ(lap.p_value, 2.0 / 64);
  EXPECT_NEAR(totals[0].figures[1].estimate.mean, 0.075, 0.001) << "0.07 and 0.08 m outside";
  EXPECT_DOUBLE_EQ(totals[1].figures[0].p_value, 1) << "both complete all";

  EXPECT_EQ(totals[2].completed, 0);
  EXPECT_EQ(totals[2].failed, 6);
  EXPECT_EQ(totals[2].figures[0].estimate.mean, 0);
  EXPECT_DOUBLE_EQ(totals[2].figures[0].p_value, 2.0 / 64);
  EXPECT_EQ(totals[2].figures[1].estimate.values, 0) << "the deviation of a car that never left says nothing";
  EXPECT_EQ(totals[2].figures[3].estimate.mean, 0);

  const std::vector<StudyTotal> conditions = study_conditions(result);
  ASSERT_EQ(conditions.size(), 6U);
  EXPECT_EQ(conditions[0].cells, 4);
  EXPECT_EQ(conditions[1].perturbation, "rain");
  EXPECT_EQ(conditions[1].cells, 2);
  const std::vector<StudyTotal> courses = study_courses(result);
  ASSERT_EQ(courses.size(), 6U);
  EXPECT_EQ(courses[0].course, "ring");
  EXPECT_EQ(courses[0].cells, 4) << "with and without rain";
  EXPECT_EQ(courses[3].course, "ring reverse");
  EXPECT_EQ(courses[3].driver, 1U);
}

TEST_F(StudyRunTest, MissingCellsAreNoPartOfFigures) {
  Store store = open();
  const StudyGrid grid = grid_of({driver("a", 8)}, 2);
  const auto cells = study_cells(grid);
  ASSERT_TRUE(drive_cells(grid, cells, {0, 3}, store, 1).ok());
  const StudyTotal total = study_totals(read_cells(grid, cells, store).value())[0];
  EXPECT_EQ(total.missing, 4);
  EXPECT_EQ(total.figures[0].estimate.values, 2);
  EXPECT_EQ(total.figures[0].estimate.mean, 1);
}

TEST_F(StudyRunTest, AMeasuredLatencyIsMeasuredOnce) {
  Store store = open();
  const StudyDriver a = driver("a", 8);
  EXPECT_EQ(stored_latency_profile(store, a).value(), std::nullopt);
  const auto first = measure_latency_profile(store, a);
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_GE(first->size(), 1000U);
  EXPECT_EQ(measure_latency_profile(store, a).value(), *first) << "another process was faster: its profile counts";
  EXPECT_EQ(stored_latency_profile(store, a).value(), *first);
  EXPECT_EQ(stored_latency_profile(store, driver("b", 8)).value(), std::nullopt);
  const StudyLatency plain = measured_latency("measured", {0.01, 0.02}, 1).value();
  EXPECT_EQ(plain.key, measured_latency("other", {0.01, 0.02}, 1)->key);
  EXPECT_NE(plain.key, measured_latency("measured", {0.01, 0.03}, 1)->key);
  EXPECT_NE(plain.key, measured_latency("measured", {0.01, 0.02}, 2)->key);
  EXPECT_FALSE(measured_latency("measured", {0.01, 20}, 1).ok());
}

TEST_F(StudyRunTest, ProfilesOfOtherMachinesAreTexts) {
  const auto write = [&](const std::string& text) { std::ofstream(place_ / "p.txt") << text; };
  write("# jetson\n12.5\r\n\n0.5\n");
  EXPECT_THAT(read_latency_profile(place_ / "p.txt").value(), ElementsAre(0.0125, 0.0005));
  for (const char* bad : {"1\nfast\n", "1\n-2\n", "1\nnan\n", "1\n2 3\n"}) {
    write(bad);
    const auto refused = read_latency_profile(place_ / "p.txt");
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_THAT(refused.error().message(), HasSubstr("p.txt:2: must be a time in milliseconds, e.g. 12.5"));
  }
  write("# nothing\n");
  EXPECT_THAT(read_latency_profile(place_ / "p.txt").error().message(), HasSubstr("holds no time"));
}

}  // namespace
}  // namespace pitlane
