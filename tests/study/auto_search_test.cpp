#include "pitlane/search/auto_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/search/candidate.h"
#include "pitlane/search/trial_record.h"
#include "temporary_directory.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kColumns = 20, kRows = 12;

class AutoSearch : public ::testing::Test {
 protected:
  AutoSearch() {
    inputs_.baseline = &baseline_;
    inputs_.dataset = &dataset_;
    inputs_.split = &split_;
    inputs_.student_data = [this](const Network& student, const ProgressFn&) -> Result<Dataset> {
      return as_seen_by(student);
    };
    options_.budget.trials = 2;
    options_.out = place_ / "out";
  }

  // All channels of the bar pictures are nearly alike: the first stands for grey.
  Dataset as_seen_by(const Network& student) {
    Dataset out = dataset_;
    if (image_input(student).value()->preprocessing.format == PixelFormat::kGrey) {
      out.channels = 1;
      out.pictures.clear();
      for (std::size_t i = 0; i < dataset_.pictures.size(); i += 3) out.pictures.push_back(dataset_.pictures[i]);
      hash_dataset(out);
    }
    return out;
  }

  AutoResult run(const ProgressFn& progress = {}) {
    resumed_ = 0;
    auto result =
        auto_search(inputs_, options_, progress, [&](const RungTrial&, bool resumed) { resumed_ += resumed; });
    EXPECT_TRUE(result.ok()) << result.error().message();
    return result.ok() ? *std::move(result) : AutoResult{};
  }

  // Mean squared distance of its answers to validation pictures from the middle of label and baseline's answer.
  double distance_from_middle(const MadeNetwork& made) {
    const auto answers_of = [this](const Network& network, const Dataset& dataset) {
      return predict(network, *compile(network).value()->new_session(), dataset, split_.validation).value().values;
    };
    const std::vector<float> own = answers_of(made.network, *made.dataset);
    const std::vector<float> teacher = answers_of(baseline_, dataset_);
    double sum = 0;
    for (std::size_t i = 0; i < own.size(); ++i) {
      const float label = dataset_.label(split_.validation[i / 2])[i % 2];
      sum += std::pow(own[i] - (label + teacher[i]) / 2, 2);
    }
    return sum / static_cast<double>(own.size());
  }

  // Answers with the middle of the range, nearly.
  MadeNetwork untaught() {
    MadeNetwork made;
    made.network =
        build_candidate({kColumns, kRows, false, {4, 4, 4}, {16}, StudentStorage::kF32}, baseline_, 1).value();
    made.dataset = std::make_shared<const Dataset>(dataset_);
    return made;
  }

  std::string refusal() {
    const auto result = auto_search(inputs_, options_);
    return result.ok() ? "accepted" : result.error().message();
  }

  TemporaryDirectory place_;
  Network baseline_ = testing::tiny_network(kColumns, kRows);
  Dataset dataset_ = testing::bar_dataset(kColumns, kRows, 300, 5);
  Split split_ = testing::tail_split(dataset_);
  AutoInputs inputs_;
  AutoOptions options_;
  int resumed_ = 0;
};

TEST_F(AutoSearch, FindsAStudentThatHasTheBaselinesOutputs) {
  const AutoResult result = run();
  ASSERT_EQ(result.trials.size(), 4U) << "two, the better one, and that one again";
  ASSERT_EQ(result.finalists.size(), 1U);
  const MadeNetwork& found = result.finalists.front();
  EXPECT_EQ(found.name, "auto-1");
  EXPECT_THAT(found.recipe, HasSubstr("student(20x12-"));
  EXPECT_EQ(found.network.outputs.size(), baseline_.outputs.size());
  EXPECT_EQ(found.training.size(), 40U);
  const Trial& last = result.trials.back().trial;
  EXPECT_GT(last.latency_ms, 0);
  EXPECT_GT(last.size_bytes, 0);
  EXPECT_LT(distance_from_middle(found), 0.7 * distance_from_middle(untaught()))
      << "brightness, one label, is augmented";
  EXPECT_EQ(found.dataset->label(299)[0], dataset_.label(299)[0]) << "validation labels are the true ones";
  const auto session = compile(baseline_).value()->new_session();
  const std::vector<float> teacher = predict(baseline_, *session, dataset_, split_.train).value().values;
  for (std::int64_t i : {0, 17, 239})
    for (std::size_t k = 0; k < 2; ++k)
      EXPECT_NEAR(found.dataset->label(i)[k], (dataset_.label(i)[k] + teacher[static_cast<std::size_t>(i) * 2 + k]) / 2,
                  1e-6)
          << "the baseline has its say in the others";
}

TEST_F(AutoSearch, InterruptedItComesToTheSameChoice) {
  const AutoResult whole = run();
  options_.out = place_ / "stopped";
  int steps = 0;
  const auto stop_in_the_last_rung = [&](const Progress& p) {
    return p.stage.find("auto rung 3") == std::string::npos || ++steps < 30;
  };
  const auto stopped = auto_search(inputs_, options_, stop_in_the_last_rung);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
  const AutoResult resumed = run();
  EXPECT_EQ(resumed_, 3) << "two of the first rung, one of the second";
  ASSERT_EQ(resumed.finalists.size(), 1U);
  EXPECT_EQ(serialize_pit(resumed.finalists[0].network).value(), serialize_pit(whole.finalists[0].network).value());
  const AutoResult again = run();
  EXPECT_EQ(resumed_, 4);
  EXPECT_EQ(trials_csv(again.trials), trials_csv(resumed.trials)) << "times are stored ones too";
}

TEST_F(AutoSearch, LimitsOnLatencyNeedNoTeaching) {
  options_.max_latency_ms = 1e-9;
  EXPECT_EQ(refusal(),
            "none of 2 students is left after the first rung (slower than --max-latency-ms); loosen the limits or give "
            "more trials");
  options_.max_latency_ms.reset();
  EXPECT_EQ(run().finalists.size(), 1U) << "without the limit they are taught after all";
}

TEST_F(AutoSearch, RefusesWhatCannotBeCompared) {
  inputs_.student_data = [this](const Network&, const ProgressFn&) -> Result<Dataset> {
    return testing::bar_dataset(kColumns, kRows, 299, 5);
  };
  EXPECT_THAT(refusal(), AllOf(HasSubstr("299 samples for students, 300 for the baseline"), HasSubstr("run again")));
}

TEST_F(AutoSearch, LeavesTheResultsOfAnotherNetworkAlone) {
  run();
  baseline_ = testing::tiny_network(kColumns, kRows, 9);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("holds the results of another network"), HasSubstr("--overwrite")));
}

}  // namespace
}  // namespace pitlane
