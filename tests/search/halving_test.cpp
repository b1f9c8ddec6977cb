#include "pitlane/search/halving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "pitlane/core/progress.h"
#include "pitlane/search/search_budget.h"
#include "pitlane/search/trial_record.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Wider is slower and better: all are on the front, and the widest are the best by MSE.
Trial toy(const RungTrial& which) {
  Trial t;
  t.latency_ms = weight_bytes(which.candidate, 2);
  t.mse = 1 / t.latency_ms;
  t.seconds = 1;
  t.size_bytes = 100;
  return t;
}

HalvingOptions options_of(const std::string& budget) {
  HalvingOptions options;
  options.space.widths = {32, 48, 64};
  options.space.heights = {16, 24};
  options.budget = parse_budget(budget).value();
  return options;
}

std::vector<RungTrial> of_rung(const std::vector<RungTrial>& all, int rung) {
  std::vector<RungTrial> out;
  for (const RungTrial& t : all)
    if (t.rung == rung) out.push_back(t);
  return out;
}

bool is_rounded(const RungTrial& trial) { return trial.candidate.storage == StudentStorage::kInt8; }

// Scores candidate by candidate.
ScoreFn each(const std::function<Result<Trial>(const RungTrial&)>& score) {
  return [score](const std::vector<RungTrial>& group, const HalvingState&) -> Result<std::vector<Trial>> {
    std::vector<Trial> out;
    for (const RungTrial& which : group) {
      PITLANE_TRY(Trial trial, score(which));
      out.push_back(std::move(trial));
    }
    return out;
  };
}

std::vector<RungTrial> run(const HalvingOptions& options) {
  auto result = halve(options, each([](const RungTrial& which) -> Result<Trial> { return toy(which); }));
  EXPECT_TRUE(result.ok()) << result.error().message();
  if (!result.ok()) return {};
  EXPECT_EQ(result->why_none, std::nullopt);
  return std::move(result->trials);
}

TEST(Halving, TheBestThirdGoesOn) {
  const std::vector<RungTrial> all = run(options_of("27"));
  std::vector<RungTrial> first = of_rung(all, 0);
  const std::vector<RungTrial> second = of_rung(all, 1);
  const std::vector<RungTrial> third = of_rung(all, 2);
  ASSERT_EQ(first.size(), 27U);
  ASSERT_EQ(second.size(), 9U);
  ASSERT_EQ(third.size(), 3U);
  std::sort(first.begin(), first.end(), [](const auto& a, const auto& b) { return a.trial.mse < b.trial.mse; });
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(second[i].trial.mse, first[i].trial.mse) << i;
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(third[i].candidate, second[i].candidate) << i;
}

TEST(Halving, SameSeedSameTrials) {
  HalvingOptions options = options_of("20");
  const std::string first = trials_csv(run(options));
  EXPECT_EQ(trials_csv(run(options)), first);
  options.seed = 2;
  EXPECT_NE(trials_csv(run(options)), first);
}

TEST(Halving, TimeIsSharedAmongTheRungs) {
  // One second a trial: rung 0 ends at 2.5 s, a third of its three is one; the other ways to finish it have what is
  // left.
  const std::vector<RungTrial> all = run(options_of("10s"));
  EXPECT_EQ(of_rung(all, 0).size(), 3U);
  EXPECT_EQ(of_rung(all, 1).size(), 1U);
  EXPECT_EQ(of_rung(all, 2).size(), 1U);
  EXPECT_EQ(of_rung(all, 3).size(), is_rounded(of_rung(all, 2)[0]) ? 5U : 1U);
  // Too little for anything: each rung judges one all the same.
  EXPECT_EQ(run(options_of("0.1s")).size(), 4U);
}

// By rung and group: how many were judged together.
std::vector<std::vector<std::size_t>> group_sizes(const HalvingOptions& options, double seconds_each) {
  std::vector<std::vector<std::size_t>> sizes(kRungs);
  const auto result =
      halve(options, [&](const std::vector<RungTrial>& group, const HalvingState& state) -> Result<std::vector<Trial>> {
        sizes[static_cast<std::size_t>(state.rung)].push_back(group.size());
        std::vector<Trial> out;
        for (const RungTrial& which : group) {
          EXPECT_EQ(which.rung, state.rung);
          out.push_back(toy(which));
          out.back().seconds = seconds_each;
        }
        return out;
      });
  EXPECT_TRUE(result.ok()) << result.error().message();
  return sizes;
}

TEST(Halving, JudgesInGroupsThatTimeIsLikelyToLastFor) {
  using Sizes = std::vector<std::size_t>;
  const auto by_number = group_sizes(options_of("27"), 1);
  EXPECT_EQ(by_number[0], (Sizes{8, 8, 8, 3}));
  EXPECT_EQ(by_number[1], (Sizes{8, 1}));
  EXPECT_EQ(by_number[2], (Sizes{3}));
  // 25 s for the first rung, 2 s a trial: one to tell, then a whole group, then what fits; 20 s for the second.
  const auto by_time = group_sizes(options_of("100s"), 2);
  EXPECT_EQ(by_time[0], (Sizes{1, 8, 4}));
  EXPECT_EQ(by_time[1], (Sizes{5}));
  const auto slow = group_sizes(options_of("100s"), 60);
  EXPECT_EQ(slow[0], (Sizes{1})) << "its time is over";
  EXPECT_EQ(slow[1], (Sizes{1}));
  // A trial of the second rung is said to cost five of the first: 19 s are enough for two of the five.
  HalvingOptions dear = options_of("100s");
  dear.cost = {1, 5, 5, 5};
  EXPECT_EQ(group_sizes(dear, 2)[1].front(), 2U);
}

TEST(Halving, WhatIsLeftIsFinishedInOtherWays) {
  const auto halved = halve(options_of("27"), each([](const RungTrial& which) -> Result<Trial> {
                              Trial t = toy(which);
                              if (!is_rounded(which)) t.failure = "too large";
                              return t;
                            }));
  ASSERT_TRUE(halved.ok()) << halved.error().message();
  const std::vector<RungTrial>& all = halved->trials;
  const std::vector<RungTrial> finished = of_rung(all, 2), otherwise = of_rung(all, 3);
  std::vector<std::string> wanted, found;
  for (const std::size_t i : best_trials(finished, finished.size()))
    for (const Candidate& c : finished_otherwise(finished[i].candidate))
      wanted.push_back(std::to_string(finished[i].number) + " " + to_string(c));
  for (const RungTrial& t : otherwise) found.push_back(std::to_string(t.number) + " " + to_string(t.candidate));
  EXPECT_EQ(wanted.size(), 5 * finished.size());
  EXPECT_GE(finished.size(), 2U);
  EXPECT_EQ(found, wanted);
}

TEST(Halving, TwinsHaveTheirWaysOnce) {
  // Two students that differ in their storage alone: what the one is finished as otherwise the other is already.
  HalvingOptions options = options_of("2000");
  options.space = {.widths = {32}, .heights = {16}, .channels = {4}, .units = {16}};
  options.space.fewest_convolutions = options.space.most_convolutions = 3;
  options.space.most_dense = 1;
  const std::vector<RungTrial> all = run(options);
  std::vector<std::string> kept;
  for (const RungTrial& t : all)
    if (t.rung >= 2) kept.push_back(to_string(t.candidate));
  const std::size_t count = kept.size();
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  EXPECT_EQ(kept.size(), count);
}

TEST(Halving, WhoFailedDoesNotGoOn) {
  const ScoreFn score = each([](const RungTrial& which) -> Result<Trial> {
    Trial t = toy(which);
    if (which.number % 2 == 0) t.failure = "diverged";
    return t;
  });
  const auto all = halve(options_of("12"), score);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(of_rung(all->trials, 1).size(), 2U) << "a third of six";
  for (const RungTrial& t : of_rung(all->trials, 1)) EXPECT_EQ(t.number % 2, 1);
}

TEST(Halving, SaysWhyNothingIsLeft) {
  const ScoreFn score = each([](const RungTrial&) -> Result<Trial> {
    Trial t;
    t.failure = "slower than --max-latency-ms";
    t.latency_ms = 0.0042;
    t.size_bytes = 31'400;
    return t;
  });
  const auto none = halve(options_of("5"), score);
  ASSERT_TRUE(none.ok()) << none.error().message();
  EXPECT_EQ(none->trials.size(), 5U) << "what was tried is told";
  EXPECT_EQ(none->why_none,
            "none of 5 students is left after the first rung (slower than --max-latency-ms; the fastest takes 0.00420 "
            "ms; the smallest has 31.4 kB); loosen the limits or give more trials");
  EXPECT_THAT(halve(options_of("1"), score)->why_none,
              ::testing::Optional(HasSubstr("the only student is not left after the first rung (slower")));
  HalvingOptions tiny = options_of("5");
  tiny.space.most_weight_bytes = 10;
  const auto nobody = halve(tiny, score);
  ASSERT_FALSE(nobody.ok());
  EXPECT_THAT(nobody.error().message(), HasSubstr("no student is as small as the limits ask for"));
}

TEST(Halving, ARungWhoseTimeIsOverGoesOnUntilOneStudentIsLeft) {
  int failed = 0;
  const auto found = halve(options_of("100s"), each([&](const RungTrial& which) -> Result<Trial> {
                             Trial trial = toy(which);
                             if (which.rung != kTaughtRungs - 1) return trial;
                             trial.seconds = 1000;
                             if (failed < 2) trial.failure = "diverged", ++failed;
                             return trial;
                           }));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->why_none, std::nullopt);
  EXPECT_EQ(failed, 2);
  const std::vector<RungTrial> last = of_rung(found->trials, kTaughtRungs - 1);
  EXPECT_TRUE(std::ranges::any_of(last, [](const RungTrial& t) { return !t.trial.failure; }));
}

TEST(Halving, AnErrorOfTheScorerEndsIt) {
  const auto stopped = halve(options_of("5"), each([](const RungTrial& which) -> Result<Trial> {
                               if (which.number == 3) return interrupted();
                               return toy(which);
                             }));
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
}

TEST(Front, IsWhatNothingBeats) {
  std::vector<RungTrial> trials(5);
  const double points[5][2] = {{3, 1}, {1, 3}, {2, 2}, {2, 3}, {3, 3}};
  for (std::size_t i = 0; i < 5; ++i) trials[i].trial.latency_ms = points[i][0], trials[i].trial.mse = points[i][1];
  EXPECT_EQ(latency_mse_front(trials), (std::vector<std::size_t>{1, 2, 0}));
  EXPECT_EQ(best_trials(trials, 4), (std::vector<std::size_t>{0, 2, 1, 3}));
  trials[2].trial.failure = "diverged";
  EXPECT_EQ(latency_mse_front(trials), (std::vector<std::size_t>{1, 0})) << "3 is as good as 1, and slower";
}

TEST(Front, OfThoseThatDroveTheLapsCount) {
  std::vector<RungTrial> trials(4);
  const double points[4][3] = {{1, 1, 0.15}, {2, 2, 0.12}, {3, 3, 0.11}, {4, 4, 0.12}};
  for (std::size_t i = 0; i < 4; ++i) {
    Trial& t = trials[i].trial;
    t.latency_ms = points[i][0], t.mse = points[i][1], t.excess_m = points[i][2];
    t.laps = t.completed = 8;
  }
  trials[2].trial.completed = 7;
  EXPECT_EQ(best_drivers(trials, 3), (std::vector<std::size_t>{1, 3, 0})) << "2 lost a lap";
  for (RungTrial& t : trials) t.trial.laps = t.trial.completed = 0, t.trial.excess_m = 0;
  EXPECT_EQ(best_drivers(trials, 3), best_trials(trials, 3));
}

TEST(Halving, TriesAsManyFinalistsAsItsTimeLastsFor) {
  const auto finalists = [](const std::string& budget) { return of_rung(run(options_of(budget)), 2).size(); };
  EXPECT_EQ(finalists("400s"), 12U) << "a third of a third of a hundred";
  EXPECT_EQ(finalists("900s"), 25U);
  EXPECT_EQ(finalists("9000s"), 64U);
  EXPECT_EQ(finalists("100"), 4U) << "four where trials are counted";
}

TEST(TrialRecord, ReadsBackExactly) {
  Trial t{.latency_ms = 0.1 + 0.2,
          .mse = 1e-300,
          .seconds = 3,
          .size_bytes = 1LL << 40,
          .laps = 8,
          .completed = 7,
          .lost = 1,
          .deviation_m = 0.07,
          .excess_m = -0.01,
          .failure = "it, \"diverged\""};
  const auto back = trial_from_record(to_record(t));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->latency_ms, t.latency_ms);
  EXPECT_EQ(back->mse, t.mse);
  EXPECT_EQ(back->size_bytes, t.size_bytes);
  EXPECT_EQ(back->completed, 7);
  EXPECT_EQ(back->excess_m, -0.01);
  EXPECT_EQ(back->lost, 1);
  EXPECT_EQ(back->failure, t.failure);
  for (const char* bad : {"", "1 2 3", "1 2 3 4 5 6 7 8 9 maybe", "a 2 3 4 5 6 7 8 9 done"})
    EXPECT_FALSE(trial_from_record(bad).ok()) << bad;
}

TEST(Budget, IsATimeOrANumber) {
  EXPECT_EQ(parse_budget("90s")->seconds, 90);
  EXPECT_EQ(parse_budget("30min")->seconds, 1800);
  EXPECT_EQ(parse_budget("1.5h")->seconds, 5400);
  EXPECT_EQ(parse_budget("20")->trials, 20);
  EXPECT_EQ(parse_budget("20")->seconds, 0);
}

TEST(Budget, RefusesWhatIsNone) {
  const auto refusal = [](const std::string& text) {
    const auto result = parse_budget(text);
    return result.ok() ? "accepted" : result.error().message();
  };
  EXPECT_EQ(refusal("0"),
            "--auto 0: the budget must be above zero; say a time, e.g. 30min, or a number of trials, e.g. 20");
  EXPECT_THAT(refusal("0min"), HasSubstr("must be above zero"));
  EXPECT_THAT(refusal("-5"), HasSubstr("must be above zero"));
  EXPECT_THAT(refusal("soon"), HasSubstr("--auto soon: is no budget"));
  EXPECT_THAT(refusal(""), HasSubstr("is no budget"));
  EXPECT_THAT(refusal("nan"), HasSubstr("is no budget"));
  EXPECT_THAT(refusal("inf"), HasSubstr("is no budget"));
  EXPECT_THAT(refusal("5 minutes"), HasSubstr("the unit is s, min or h"));
  EXPECT_THAT(refusal("1e3"), HasSubstr("the unit is s, min or h"));
  EXPECT_THAT(refusal("2.5"), HasSubstr("a number of trials is whole"));
  EXPECT_THAT(refusal("900h"), HasSubstr("more than 30 days"));
  EXPECT_THAT(refusal("100001"), HasSubstr("more than 100000 trials"));
}

}  // namespace
}  // namespace pitlane
