#include "pitlane/study/tune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <map>

#include "pitlane/data/one_channel.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/strategy.h"
#include "ring_world.h"
#include "temporary_directory.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr int kWidth = 20, kHeight = 12;

class Tune : public ::testing::Test {
 protected:
  Tune() {
    inputs_.baseline = testing::tiny_network(kWidth, kHeight);
    inputs_.baseline_file = "tiny.pit";
    inputs_.dataset = &dataset_;
    inputs_.split = &split_;
    inputs_.load = [](const Network& network, const ProgressFn&) {
      const Preprocessing& p = network.inputs[0].preprocessing;
      return Result<Dataset>(testing::bar_dataset(p.width, p.height, 300, 5));
    };
    inputs_.why_not_driven = "there is no track in this test";
    options_.out = place_ / "out";
    options_.strategies = {"float16_quan", "bfloat16_quan", "dynamic_quan",
                           "int_flt_quan", "global_prune",  "prune_quan"};
    options_.timing.min_runs = 20;
    options_.timing.warm_up_s = 0.001;
    options_.timing.budget_s = 0.01;
    // Those that train take seconds each: where every row would do, some of each kind are made.
    options_.strategies = {"float16_quan", "dynamic_quan", "int_flt_quan", "global_prune", "prune_quan"};
  }

  // Runs, and notes which rows an earlier run had finished.
  TuneResult run(const ProgressFn& progress = {}) {
    resumed_.clear();
    auto result = tune(inputs_, options_, progress,
                       [&](const StrategyRow& row, bool resumed) { resumed_[row.strategy] = resumed; });
    EXPECT_TRUE(result.ok()) << result.error().message();
    return result.ok() ? *std::move(result) : TuneResult{};
  }

  TemporaryDirectory place_;
  Dataset dataset_ = testing::bar_dataset(kWidth, kHeight, 300, 5);
  Split split_ = testing::tail_split(dataset_);
  TuneInputs inputs_;
  TuneOptions options_;
  std::map<std::string, bool> resumed_;
};

TEST_F(Tune, ABudgetIsHeldOrTheRowFailsWithAReason) {
  options_.strategies = {"float16_quan", "fp32"};
  const std::string plain = run().rows[1].network_hash;
  options_.budget = *parse_accuracy_budget("50%");
  const TuneResult wide = run();
  EXPECT_FALSE(resumed_["float16_quan"]) << "what the budget asks for is part of a row's name";
  EXPECT_EQ(wide.rows[1].failure, std::nullopt);
  EXPECT_EQ(wide.rows[1].network_hash, plain);
  EXPECT_THAT(wide.rows[1].recipe, HasSubstr("half_weights | within_budget(50%)"));
  options_.budget = *parse_accuracy_budget("1e-12");
  const TuneResult narrow = run();
  EXPECT_EQ(narrow.rows[0].failure, std::nullopt) << "the baseline is what the others are measured by";
  ASSERT_TRUE(narrow.rows[1].failure);
  EXPECT_THAT(*narrow.rows[1].failure,
              AllOf(HasSubstr("cannot hold the budget: in the network itself"), HasSubstr("allowed is 1e-12")));
}

/// How many values the store has whose key begins so.
int stored(const std::filesystem::path& file, const std::string& beginning) {
  sqlite3* database = nullptr;
  sqlite3_stmt* query = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_prepare_v2(database, "SELECT count(*) FROM results WHERE key GLOB ?", -1, &query, nullptr),
            SQLITE_OK);
  sqlite3_bind_text(query, 1, (beginning + "*").c_str(), -1, SQLITE_TRANSIENT);
  EXPECT_EQ(sqlite3_step(query), SQLITE_ROW);
  const int count = sqlite3_column_int(query, 0);
  sqlite3_finalize(query);
  sqlite3_close(database);
  return count;
}

TEST_F(Tune, WhatWasJudgedForABudgetIsKept) {
  options_.strategies = {"int_flt_quan"};
  run();
  EXPECT_EQ(stored(options_.out / "tune.db", "errors-"), 0);
  options_.budget = *parse_accuracy_budget("1e-12");
  run();
  EXPECT_EQ(stored(options_.out / "tune.db", "errors-"), 1) << "the baseline, which does not hold it itself";
  options_.budget = *parse_accuracy_budget("50%");
  run();
  EXPECT_GE(stored(options_.out / "tune.db", "errors-"), 2);
}

/// Steadily along, a tenth of a metre outside of the line, whatever a network that was never trained says.
class OutsideTheLine : public RingWorld {
 public:
  void act(const Command&) override { RingWorld::act({8, 0}); }

 private:
  [[nodiscard]] double offset_m() const override { return 0.1; }
};

TEST_F(Tune, ABudgetOnTheTrackIsMeasuredByTheLapsOfABaselineThatWasKept) {
  Course ring;
  ring.circuit = ring.key = "ring";
  ring.make_world = []() -> Result<std::unique_ptr<World>> {
    return std::unique_ptr<World>(std::make_unique<OutsideTheLine>());
  };
  inputs_.courses = {ring};
  options_.strategies = {"float16_quan"};
  const TuneResult plain = run();
  ASSERT_EQ(plain.rows[0].laps.size(), 1U);
  ASSERT_TRUE(plain.rows[0].laps[0].result.completed);
  options_.budget = *parse_accuracy_budget("track:10%");
  const TuneResult held = run();
  EXPECT_TRUE(resumed_["baseline"]);
  EXPECT_FALSE(resumed_["float16_quan"]);
  EXPECT_EQ(held.rows[1].failure, std::nullopt);
  options_.budget = *parse_accuracy_budget("track:0.05m");
  const TuneResult refused = run();
  EXPECT_TRUE(resumed_["baseline"]);
  ASSERT_TRUE(refused.rows[1].failure) << "as if the baseline had no laps";
  EXPECT_THAT(*refused.rows[1].failure,
              AllOf(HasSubstr("cannot hold the budget"), HasSubstr("on ring is 0.1"), HasSubstr("allowed is 0.05")));
}

TEST_F(Tune, MakesEveryRowOfTheTableInItsOrder) {
  options_.strategies.clear();
  const TuneResult result = run();
  ASSERT_EQ(result.rows.size(), strategies().size());
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const StrategyRow& row = result.rows[i];
    EXPECT_EQ(row.strategy, strategies()[i].name);
    if (row.strategy == "int4" || row.strategy == "int2") {  // the network here has small layers alone
      EXPECT_TRUE(row.inapplicable);
      continue;
    }
    EXPECT_EQ(row.failure, std::nullopt) << row.failure.value_or("");
    EXPECT_EQ(row.why_not_driven, "there is no track in this test");
    ASSERT_TRUE(row.accuracy && row.agreement);
    EXPECT_EQ(row.accuracy->samples, 60);
    EXPECT_GT(row.latency_ms.p50, 0);
    EXPECT_GT(row.frame_ms.p50, 0);
    const auto network = load_pit(options_.out / row.file);
    ASSERT_TRUE(network.ok());
    EXPECT_EQ(content_hash(*network), row.network_hash);
    EXPECT_EQ(static_cast<std::uintmax_t>(row.size_bytes), std::filesystem::file_size(options_.out / row.file));
  }
  EXPECT_EQ(result.rows[0].agreement->mse, 0) << "the baseline agrees with itself";
  EXPECT_EQ(result.rows[0].network_hash, content_hash(inputs_.baseline));
}

TEST_F(Tune, RowsThatSeeLessAreJudgedOnWhatTheySee) {
  options_.strategies = {"grey_input", "plane_input", "small_input_quan"};
  options_.changes.input_scale = 0.7;
  const TuneResult result = run();
  ASSERT_EQ(result.rows.size(), 4U);
  EXPECT_EQ(load_pit(options_.out / result.rows[1].file)->inputs[0].preprocessing.format, PixelFormat::kGrey);
  const PixelFormat plane = load_pit(options_.out / result.rows[2].file)->inputs[0].preprocessing.format;
  EXPECT_THAT(plane, AnyOf(PixelFormat::kRed, PixelFormat::kGreen, PixelFormat::kBlue));
  EXPECT_EQ(load_pit(options_.out / result.rows[3].file)->inputs[0].preprocessing.width, 14);
  for (std::size_t i = 1; i < 4; ++i) {
    ASSERT_EQ(result.rows[i].failure, std::nullopt) << *result.rows[i].failure;
    const Network network = *load_pit(options_.out / result.rows[i].file);
    const PixelFormat channel = i == 1 ? PixelFormat::kGrey : plane;
    const Dataset seen = i < 3 ? in_one_channel(dataset_, PixelFormat::kRgb, channel) : *inputs_.load(network, {});
    const Predictions answers = *predict(network, *(*compile(network))->new_session(), seen, split_.validation);
    EXPECT_EQ(result.rows[i].accuracy->mse, accuracy(answers, seen, split_.validation).mse);
  }
  run();
  EXPECT_TRUE(resumed_.at("small_input_quan"));
  inputs_.load = {};
  options_.seed = 2;
  const TuneResult without = run();
  EXPECT_EQ(without.rows[1].failure, std::nullopt) << "grey is made of the pictures that are there";
  EXPECT_EQ(without.rows[2].failure, std::nullopt);
  EXPECT_EQ(without.rows[3].failure, "strategy small_input_quan: the training pictures cannot be had at another size");
}

TEST_F(Tune, SecondRunTakesEveryRowFromTheStore) {
  const TuneResult first = run();
  EXPECT_THAT(resumed_, Each(Pair(::testing::_, false)));
  const TuneResult second = run();
  EXPECT_THAT(resumed_, Each(Pair(::testing::_, true)));
  for (std::size_t i = 0; i < first.rows.size(); ++i) {
    EXPECT_EQ(first.rows[i].network_hash, second.rows[i].network_hash);
    EXPECT_EQ(first.rows[i].accuracy->mse, second.rows[i].accuracy->mse);
    EXPECT_EQ(first.rows[i].agreement->mse, second.rows[i].agreement->mse);
  }
}

TEST_F(Tune, FromScratchGivesTheSameNetworks) {
  options_.strategies.clear();
  const TuneResult first = run();
  options_.out = place_ / "again";
  const TuneResult second = run();
  for (std::size_t i = 0; i < first.rows.size(); ++i)
    EXPECT_EQ(first.rows[i].network_hash, second.rows[i].network_hash) << first.rows[i].strategy;
}

TEST_F(Tune, InterruptedInTheMiddleItGoesOnFromThere) {
  const auto stop_when_training = [](const Progress& p) { return p.stage != "global_prune: train" || p.done < 3; };
  const auto stopped = tune(inputs_, options_, stop_when_training);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
  run();
  for (const char* done : {"baseline", "float16_quan", "dynamic_quan", "int_flt_quan"})
    EXPECT_THAT(resumed_, Contains(Pair(done, true)));
  EXPECT_THAT(resumed_, Contains(Pair("global_prune", false)));
}

TEST_F(Tune, SparsityIsPartOfTheRecipe) {
  options_.strategies = {"prune", "global_prune", "fp16"};
  run();
  options_.changes.sparsity = 0.9;
  const TuneResult result = run();
  ASSERT_EQ(result.rows.size(), 4U);
  EXPECT_THAT(result.rows[1].recipe, HasSubstr("prune_gradually(from=0.5, sparsity=0.9,"));
  EXPECT_THAT(result.rows[2].recipe, HasSubstr("prune_global(sparsity=0.9)"));
  EXPECT_EQ(result.rows[3].strategy, "float16_quan");
  EXPECT_GT(result.rows[1].sparsity, 0.88);
  EXPECT_FALSE(resumed_.at("prune")) << "another recipe";
  EXPECT_FALSE(resumed_.at("global_prune"));
  EXPECT_TRUE(resumed_.at("float16_quan")) << "it prunes nothing";
}

TEST_F(Tune, WhatChangesTheResultMakesRowsAgain) {
  run();
  options_.seed = 2;
  run();
  EXPECT_THAT(resumed_, Each(Pair(::testing::_, false))) << "another seed";
  dataset_.labels[0] += 0.01F;
  hash_dataset(dataset_);
  run();
  EXPECT_THAT(resumed_, Each(Pair(::testing::_, false))) << "other data";
  const std::string before = content_hash(inputs_.baseline);
  inputs_.baseline = testing::tiny_network(kWidth, kHeight, 9);
  const auto refused = tune(inputs_, options_);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("out: holds the results of another network"), HasSubstr("--overwrite")));
  EXPECT_EQ(content_hash(*load_pit(options_.out / "networks/baseline.pit")), before) << "nothing was replaced";
  options_.overwrite = true;
  run();
  EXPECT_THAT(resumed_, Each(Pair(::testing::_, false))) << "another network";
}

TEST_F(Tune, ALostOrChangedNetworkIsMadeAgain) {
  const TuneResult first = run();
  std::filesystem::remove(options_.out / first.rows[1].file);
  ASSERT_TRUE(save_pit(inputs_.baseline, options_.out / first.rows[2].file).ok());
  run();
  EXPECT_FALSE(resumed_.at("float16_quan"));
  EXPECT_FALSE(resumed_.at("dynamic_quan"));
  EXPECT_TRUE(resumed_.at("int_flt_quan"));
}

TEST_F(Tune, AStrategyThatFailsIsARowAndIsTriedAgain) {
  split_.train.resize(2);  // too few for calibration
  const TuneResult result = run();
  const StrategyRow* failed = nullptr;
  for (const StrategyRow& row : result.rows)
    if (row.strategy == "int_flt_quan") failed = &row;
  ASSERT_NE(failed, nullptr);
  ASSERT_TRUE(failed->failure.has_value());
  EXPECT_THAT(*failed->failure, HasSubstr("int_flt_quan"));
  run();
  EXPECT_FALSE(resumed_.at("int_flt_quan"));
  EXPECT_TRUE(resumed_.at("float16_quan"));
}

TEST_F(Tune, AStrategyWithoutMeaningForTheNetworkSaysSo) {
  options_.strategies = {"small_input", "float16_quan"};
  options_.changes.input_scale = 0.05;  // less than the convolution's window is left
  const TuneResult result = run();
  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_THAT(result.rows[1].failure.value_or(""), HasSubstr("is too small for the"));
  EXPECT_TRUE(result.rows[1].inapplicable);
  EXPECT_FALSE(result.rows[2].inapplicable);
}

TEST_F(Tune, ChosenStrategiesOnly) {
  options_.strategies = {"dynamic_quan"};
  const TuneResult result = run();
  ASSERT_EQ(result.rows.size(), 2U);
  EXPECT_EQ(result.rows[0].strategy, "baseline");
  options_.strategies = {"quantum"};
  EXPECT_THAT(tune(inputs_, options_).error().message(), HasSubstr("'quantum'"));
}

TEST_F(Tune, PrunedWeightsStayZeroThroughFineTuning) {
  options_.strategies = {"global_prune"};
  const TuneResult result = run();
  ASSERT_EQ(result.rows[1].failure, std::nullopt);
  EXPECT_NEAR(result.rows[1].sparsity, 0.7, 0.01);
  EXPECT_EQ(result.rows[1].fine_tuning.size(), 3U);
}

}  // namespace
}  // namespace pitlane
