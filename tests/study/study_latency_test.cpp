#include "pitlane/study/study_latency.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "pitlane/study/decision_times.h"

namespace pitlane {
namespace {

// One driver, two perturbations, latencies of 0, 60 and 120 ms in another order and a measured one; two repetitions.
// `completes(perturbed, ms)`.
template <typename Completes>
StudyResult study(const Completes& completes) {
  StudyResult result;
  result.grid.repetitions = 2;
  StudyDriver driver;
  driver.name = "a";
  driver.courses.resize(2);
  driver.courses[1].perturbation = "dusk";
  driver.latencies = {{LatencyModel::fixed(0.12), "120ms", "120ms", {}},
                      StudyLatency{},
                      {LatencyModel::measured({0.3}, 1).value(), "measured", "m", {0.3}},
                      {LatencyModel::fixed(0.06), "60ms", "60ms", {}}};
  result.grid.drivers = {driver};
  result.cells = study_cells(result.grid);
  for (const StudyCell& cell : result.cells) {
    EpisodeResult e;
    const auto fixed_s = driver.latencies[cell.latency].model.fixed_s();
    e.completed = fixed_s && (cell.repetition == 0 || completes(cell.course == 1, 1e3 * *fixed_s));
    result.outcomes.push_back({e, "", {}});
  }
  return result;
}

TEST(StudyLatency, TheLargestLatencyAtWhichEveryDriveCompletes) {
  const auto limits = study_latency_limits(study([](bool perturbed, double ms) { return ms < (perturbed ? 1 : 100); }));
  ASSERT_EQ(limits.size(), 2U);
  EXPECT_EQ(limits[0].perturbation, "none");
  EXPECT_EQ(limits[0].completes_s, 0.06);
  EXPECT_EQ(limits[0].fails_s, 0.12);
  EXPECT_EQ(limits[1].perturbation, "dusk");
  EXPECT_EQ(limits[1].completes_s, 0.0);
  EXPECT_EQ(limits[1].fails_s, 0.06);
}

TEST(StudyLatency, MayBeBeyondWhatWasTriedOrNotThere) {
  const auto limits = study_latency_limits(study([](bool perturbed, double) { return !perturbed; }));
  EXPECT_EQ(limits[0].completes_s, 0.12);
  EXPECT_EQ(limits[0].fails_s, std::nullopt);
  EXPECT_EQ(limits[1].completes_s, std::nullopt);
  EXPECT_EQ(limits[1].fails_s, 0.0);
  EXPECT_EQ(limits[1].smallest_s, 0.0);
  const auto odd = study_latency_limits(study([](bool, double ms) { return ms != 60; }));
  EXPECT_EQ(odd[0].completes_s, 0.12);
  EXPECT_EQ(odd[0].fails_s, 0.06);
}

TEST(StudyLatency, SaysNothingOfWhatIsNotDriven) {
  StudyResult result = study([](bool, double) { return true; });
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (result.cells[i].latency == 0 && result.cells[i].repetition == 1) result.outcomes[i] = {};
  EXPECT_EQ(study_latency_limits(result)[0].completes_s, 0.06) << "half of the drives with 120 ms are missing";
  for (CellOutcome& outcome : result.outcomes) outcome = {};
  EXPECT_TRUE(study_latency_limits(result).empty());
  for (CellOutcome& outcome : result.outcomes) outcome.failure = "no such world";
  EXPECT_EQ(study_latency_limits(result)[0].completes_s, std::nullopt) << "what cannot be driven is not completed";
}

TEST(StudyLatency, OneLatencyIsNoAxis) {
  StudyResult result = study([](bool, double) { return true; });
  result.grid.drivers[0].latencies.resize(1);
  result.cells = study_cells(result.grid);
  result.outcomes.resize(result.cells.size());
  EXPECT_TRUE(study_latency_limits(result).empty());
}

TEST(DecisionTimes, AreThoseOfTheMachineThatDroveMost) {
  StudyResult result = study([](bool, double) { return true; });
  for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
    result.outcomes[i].origin.machine = i < 6 ? "b" : "a";
    result.outcomes[i].episode->decide_s = {i < 6 ? 1.0 : 3.0, i < 6 ? 1.0 : 2.0};
  }
  const DecisionTimes times = decision_times(result);
  EXPECT_EQ(times.machine, "a");
  ASSERT_EQ(times.by_driver_s[0].size(), 20U);
  EXPECT_TRUE(std::is_sorted(times.by_driver_s[0].begin(), times.by_driver_s[0].end()));
  EXPECT_EQ(times.by_driver_s[0].front(), 2.0);
  const auto machines = study_machines(result);
  ASSERT_EQ(machines.size(), 2U);
  EXPECT_EQ(machines[0].machine, "b");
  EXPECT_EQ(machines[0].by_driver, std::vector<std::size_t>{6});
  EXPECT_EQ(machines[1].by_driver, std::vector<std::size_t>{10});
}

}  // namespace
}  // namespace pitlane
