#include "pitlane/search/auto_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include "pitlane/core/file.h"
#include "pitlane/core/log.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/search/candidate.h"
#include "pitlane/search/student_data.h"
#include "pitlane/search/trial_record.h"
#include "ring_world.h"
#include "temporary_directory.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

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

  // All channels of the bar pictures are nearly alike: the first stands for any plane.
  Dataset as_seen_by(const Network& student) {
    Dataset out = dataset_;
    if (channels_of(image_input(student).value()->preprocessing.format) == 1) {
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
    const auto answers_of = [this](const Network& network) {
      return predict(network, *compile(network).value()->new_session(), as_seen_by(network), split_.validation)
          .value()
          .values;
    };
    const std::vector<float> own = answers_of(made.network);
    const std::vector<float> teacher = answers_of(baseline_);
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
        build_candidate({kColumns, kRows, PixelFormat::kRgb, {4, 4, 4}, {16}, StudentStorage::kF32}, baseline_, 1)
            .value();
    return made;
  }

  // The finalist that was finished as usual; its number among equals may be any.
  static const MadeNetwork* as_usual(const AutoResult& result) {
    if (result.trials.size() < 4) return nullptr;
    const auto found = std::ranges::find_if(result.finalists, [&](const MadeNetwork& made) {
      return made.summary.ends_with(to_string(result.trials[3].candidate) + ".");
    });
    EXPECT_NE(found, result.finalists.end());
    return found == result.finalists.end() ? nullptr : &*found;
  }

  // The file of a trial whose network is kept: the only one of that candidate.
  [[nodiscard]] fs::path kept(const RungTrial& trial) const {
    for (const auto& entry : fs::directory_iterator(options_.out / "auto")) {
      const auto network = load_pit(entry.path());
      if (network.ok() && network->metadata.at("candidate") == to_string(trial.candidate)) return entry.path();
    }
    ADD_FAILURE() << "no file of " << to_string(trial.candidate);
    return {};
  }

  // By name, of what was trained.
  [[nodiscard]] std::map<std::string, fs::file_time_type> trained() const {
    std::map<std::string, fs::file_time_type> all;
    for (const auto& entry : fs::directory_iterator(options_.out / "auto/trained"))
      all[entry.path().filename()] = entry.last_write_time();
    return all;
  }

  static const RungTrial& way(const AutoResult& result, const std::string& end) {
    const auto found = std::ranges::find_if(
        result.trials, [&](const RungTrial& trial) { return to_string(trial.candidate).ends_with(end); });
    EXPECT_NE(found, result.trials.end()) << end;
    return found == result.trials.end() ? result.trials.front() : *found;
  }

  static std::size_t float_layers(const Network& network) {
    return static_cast<std::size_t>(std::ranges::count_if(weighted_layers(network), [&](const Layer& layer) {
      return network.weights[layer.weight].storage == Storage::kF32;
    }));
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
  ASSERT_EQ(result.trials.size(), 9U) << "two, the better one, that one again, and finished in five other ways";
  ASSERT_GE(result.finalists.size(), 1U);
  EXPECT_EQ(result.finalists.front().name, "auto-1");
  ASSERT_NE(as_usual(result), nullptr);
  const MadeNetwork& found = *as_usual(result);
  EXPECT_THAT(found.recipe, HasSubstr("student(20x12-"));
  EXPECT_EQ(found.network.outputs.size(), baseline_.outputs.size());
  EXPECT_EQ(found.training.size(), 60U);
  const Trial& last = result.trials[3].trial;
  EXPECT_GT(last.latency_ms, 0);
  EXPECT_GT(last.size_bytes, 0);
  EXPECT_LT(distance_from_middle(found), 0.7 * distance_from_middle(untaught()))
      << "brightness, one label, is augmented";
  StudentData data(inputs_);
  const auto learnt = data.of(found.network, {}).value();
  EXPECT_EQ(learnt->label(299)[0], dataset_.label(299)[0]) << "validation labels are the true ones";
  const auto session = compile(baseline_).value()->new_session();
  const std::vector<float> teacher = predict(baseline_, *session, dataset_, split_.train).value().values;
  for (std::int64_t i : {0, 17, 239})
    for (std::size_t k = 0; k < 2; ++k)
      EXPECT_NEAR(learnt->label(i)[k], (dataset_.label(i)[k] + teacher[static_cast<std::size_t>(i) * 2 + k]) / 2, 1e-6)
          << "the baseline has its say in the others";
}

TEST_F(AutoSearch, InterruptedItComesToTheSameChoice) {
  const AutoResult whole = run();
  const auto stop_in = [&](const std::string& stage, int after) {
    options_.out = place_ / stage;
    int steps = 0;
    const auto stopped = auto_search(inputs_, options_, [&](const Progress& p) {
      return p.stage.find("auto " + stage) == std::string::npos || ++steps < after;
    });
    ASSERT_FALSE(stopped.ok()) << stage;
    EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
  };
  const auto same_networks = [&](const AutoResult& resumed) {
    ASSERT_NE(as_usual(resumed), nullptr);
    EXPECT_EQ(serialize_pit(as_usual(resumed)->network).value(), serialize_pit(as_usual(whole)->network).value());
    const Network again = load_pit(kept(way(resumed, "-prune_clust_qat"))).value();
    options_.out = place_ / "out";
    EXPECT_EQ(serialize_pit(again).value(),
              serialize_pit(load_pit(kept(way(whole, "-prune_clust_qat"))).value()).value());
  };
  stop_in("rung 3", 30);
  AutoResult resumed = run();
  EXPECT_EQ(resumed_, 3) << "two of the first rung, one of the second";
  const AutoResult again = run();
  EXPECT_EQ(resumed_, 9);
  EXPECT_EQ(trials_csv(again.trials), trials_csv(resumed.trials)) << "times are stored ones too";
  same_networks(resumed);

  stop_in("rung 4", 30);
  const auto before = trained();
  resumed = run();
  EXPECT_EQ(resumed_, 4) << "all but the other ways, which are judged together";
  for (const auto& [name, time] : before) {
    EXPECT_TRUE(name.ends_with(".checkpoint") || trained().at(name) == time) << name << " is trained again";
  }
  same_networks(resumed);
}

// What a way of finishing is for, each by its mark in the network.
TEST_F(AutoSearch, FinishesAStudentInOtherWays) {
  const AutoResult result = run();
  ASSERT_EQ(result.trials.size(), 9U);
  const Network usual = load_pit(kept(result.trials[3])).value();
  for (std::size_t i = 4; i < result.trials.size(); ++i) {
    const RungTrial& trial = result.trials[i];
    SCOPED_TRACE(to_string(trial.candidate));
    EXPECT_EQ(trial.rung, 3);
    EXPECT_GT(trial.trial.latency_ms, 0);
    if (trial.trial.failure) {
      EXPECT_EQ(*trial.trial.failure, "no faster, smaller or more exact than the same student finished as usual");
      continue;
    }
    EXPECT_LT(
        std::min(
            {trial.trial.latency_ms / result.trials[3].trial.latency_ms, trial.trial.mse / result.trials[3].trial.mse,
             static_cast<double>(trial.trial.size_bytes) / static_cast<double>(result.trials[3].trial.size_bytes)}),
        0.97);
    const Network network = load_pit(kept(trial)).value();
    EXPECT_EQ(network.metadata.at("candidate"), to_string(trial.candidate));
    EXPECT_EQ(network.metadata.at("strategy"), trial.candidate.recipe.empty() ? "quan_aware" : trial.candidate.recipe);
    EXPECT_EQ(float_layers(network) - float_layers(usual), trial.candidate.float_layers);
  }
  EXPECT_LE(result.finalists.size(), 5U) << "the one as usual and four at most";
  EXPECT_FALSE(way(result, "-prune_clust_qat").trial.failure) << "four fifths zeros, the rest sixteen values: smaller";
  // Teaching; rounding, for three; pruning, for two, and rounding after it; rounding of few values, with and
  // without zeros.
  EXPECT_EQ(trained().size(), 6U) << "what is trained alike is trained once";
}

/// Keeps to the line of its ring, whoever drives.
class OnTheLine : public RingWorld {
 private:
  [[nodiscard]] double offset_m() const override { return 0; }
};

TEST_F(AutoSearch, LimitsHoldBeforeLapsAndNoLonger) {
  int worlds = 0;
  Course ring;
  ring.circuit = ring.key = "ring";
  ring.make_world = [&worlds]() -> Result<std::unique_ptr<World>> {
    ++worlds;
    return std::unique_ptr<World>(std::make_unique<OnTheLine>());
  };
  inputs_.courses = {ring};
  const auto driven_in = [&](const std::string& folder, const std::optional<double>& most_bytes) {
    options_.out = place_ / folder;
    options_.max_size_bytes = most_bytes;
    worlds = 0;
    return run();
  };
  const AutoResult free = driven_in("free", {});
  ASSERT_EQ(free.trials.size(), 9U);
  const auto usual = static_cast<double>(free.trials[3].trial.size_bytes);
  const auto sound = std::ranges::count_if(
      free.trials, [](const RungTrial& trial) { return trial.rung >= 2 && !trial.trial.failure; });
  constexpr int kDrives = 4;  // of each course
  EXPECT_EQ(worlds, kDrives * (sound + 1)) << "nobody else drives but the baseline";

  const AutoResult limited = driven_in("limited", usual);
  const auto within = std::ranges::count_if(
      limited.trials, [](const RungTrial& trial) { return trial.rung >= 2 && !trial.trial.failure; });
  EXPECT_EQ(worlds, kDrives * (within + 1)) << "what is too large does not drive";
  EXPECT_FALSE(way(limited, "-prune_clust_qat").trial.failure);
  const Trial& more_floats = way(limited, "-2float").trial;
  ASSERT_GT(static_cast<double>(more_floats.size_bytes), usual);
  ASSERT_TRUE(more_floats.failure);
  EXPECT_EQ(more_floats.laps, 0);

  const auto before = trained();
  const AutoResult again = driven_in("limited", {});
  for (const RungTrial& trial : again.trials)
    EXPECT_NE(trial.trial.failure, std::optional<std::string>("larger than --max-size")) << to_string(trial.candidate);
  const auto left = std::ranges::count_if(limited.trials, [](const RungTrial& trial) {
    return trial.rung >= 2 && trial.trial.failure == "larger than --max-size";
  });
  EXPECT_EQ(worlds, left == 0 ? 0 : kDrives * (left + 1));
  EXPECT_EQ(trained(), before) << "other limits need no other training";
}

TEST_F(AutoSearch, SaysWhatOfADamagedFolderIsMadeAgain) {
  const AutoResult whole = run();
  int steps = 0;
  options_.out = place_ / "damaged";
  ASSERT_FALSE(auto_search(inputs_, options_, [&](const Progress& p) {
                 return p.stage.find("auto rung 3") == std::string::npos || ++steps < 60;
               }).ok());
  int checkpoints = 0;
  for (const auto& [name, time] : trained()) {
    if (!name.ends_with(".checkpoint")) continue;
    std::ofstream(options_.out / "auto/trained" / name, std::ios::trunc) << "no checkpoint";
    ++checkpoints;
  }
  ASSERT_EQ(checkpoints, 1);
  std::string said;
  set_log_sink([&](LogLevel, std::string_view line) { said += std::string(line) + "\n"; });
  const AutoResult mended = run();
  set_log_sink({});
  EXPECT_THAT(said, HasSubstr("; what it kept is trained again"));
  EXPECT_EQ(serialize_pit(as_usual(mended)->network).value(), serialize_pit(as_usual(whole)->network).value());
}

TEST_F(AutoSearch, SaysThatWhatWasTrainedCannotBeRead) {
  const AutoResult whole = run();
  ASSERT_NE(as_usual(whole), nullptr);
  const Network usual = as_usual(whole)->network;
  for (const auto& entry : fs::directory_iterator(options_.out / "auto/trained"))
    std::ofstream(entry.path(), std::ios::trunc) << "no network";
  fs::remove(kept(whole.trials[3]));
  std::string said;
  set_log_sink([&](LogLevel, std::string_view line) { said += std::string(line) + "\n"; });
  const AutoResult again = run();
  set_log_sink({});
  EXPECT_THAT(said, AllOf(HasSubstr("its network is gone and is made again"), HasSubstr("; it is trained again")));
  EXPECT_EQ(serialize_pit(as_usual(again)->network).value(), serialize_pit(usual).value());
}

TEST_F(AutoSearch, MakesALostNetworkAgain) {
  const AutoResult before = run();
  std::vector<fs::path> lost;
  for (const RungTrial& trial : before.trials)
    if (trial.rung >= 2 && !trial.trial.failure) lost.push_back(kept(trial));
  std::vector<Network> networks;
  for (const fs::path& path : lost) networks.push_back(load_pit(path).value());
  fs::remove_all(options_.out / "auto");
  run();
  for (const auto& entry : fs::recursive_directory_iterator(options_.out / "auto"))
    EXPECT_TRUE(entry.is_directory() || entry.path().extension() == ".pit") << entry.path();
  for (std::size_t i = 0; i < lost.size(); ++i)
    EXPECT_EQ(serialize_pit(load_pit(lost[i]).value()).value(), serialize_pit(networks[i]).value()) << lost[i];
}

TEST_F(AutoSearch, AsManyThreadsAsThereAreTeachTheSame) {
  options_.budget.trials = 3;
  std::map<std::string, std::vector<std::byte>> networks;
  std::vector<RungTrial> one;
  std::size_t alike = 0;
  for (const int threads : {1, 4}) {
    options_.out = place_ / std::to_string(threads);
    options_.laps.threads = threads;
    const std::vector<RungTrial> trials = run().trials;
    ASSERT_GT(trials.size(), 3U);
    if (threads == 1) one = trials;
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(to_string(trials[i].candidate), to_string(one[i].candidate)) << i;
      EXPECT_EQ(trials[i].trial.mse, one[i].trial.mse) << i;
      EXPECT_EQ(trials[i].trial.size_bytes, one[i].trial.size_bytes) << i;
      EXPECT_GT(trials[i].trial.seconds, 0);
    }
    // One goes on, that of the smallest MSE, whatever latencies are: it becomes the same networks.
    for (const auto& entry : fs::directory_iterator(options_.out / "auto/trained")) {
      const auto [known, is_new] = networks.emplace(entry.path().filename(), read_file(entry.path()).value());
      if (is_new) continue;
      EXPECT_EQ(read_file(entry.path()).value(), known->second) << entry.path();
      ++alike;
    }
  }
  EXPECT_GT(alike, 0U);
}

TEST_F(AutoSearch, LimitsOnLatencyNeedNoTeaching) {
  options_.max_latency_ms = 1e-9;
  const AutoResult none = run();
  EXPECT_TRUE(none.finalists.empty());
  EXPECT_EQ(none.trials.size(), 2U);
  EXPECT_THAT(none.why_none.value_or(""),
              AllOf(StartsWith("none of 2 students is left after the first rung (slower than --max-latency-ms; the "
                               "fastest takes 0.0"),
                    EndsWith("; loosen the limits or give more trials")));
  options_.max_latency_ms.reset();
  EXPECT_GE(run().finalists.size(), 1U) << "without the limit they are taught after all";
}

TEST_F(AutoSearch, RefusesWhatCannotBeCompared) {
  inputs_.student_data = [](const Network&, const ProgressFn&) -> Result<Dataset> {
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
