// Usage: fine_tune_bench [NETWORK] [ROUNDS] [BATCHES] [THREADS]
//
// Images per second of every kind of training that a strategy asks for (zeros kept, more and more zeros, shared values,
// simulated int8, the baseline as a teacher) beside plain train() of the baseline, an epoch of each, in turns in one
// process. First each strategy is applied whole, which fails where zeros move or shared values part. Ends with 1 below
// the aim of 0.7. Above 1 are those of a smaller network, and a little those without statistics of the batch.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "network/lively.h"
#include "noise.h"
#include "pitlane/network/families.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/study/fine_tuning.h"
#include "pitlane/train/channel_importance.h"
#include "pitlane/train/trainer.h"
#include "setting.h"

namespace pitlane::bench {
namespace {

constexpr double kAim = 0.7;

/// A training that strategies ask for.
struct Kind {
  std::string strategies;  ///< all that ask for it
  Network network;
  FineTuning wanted;
  std::vector<double> ratios = {};
};

std::string what(const FineTuning& wanted) {
  std::string text = "zeros kept";
  if (wanted.pruning) text += " and more and more of them";
  if (wanted.keep_shared) text += ", shared values";
  if (!wanted.int8.empty()) text += ", simulated int8";
  if (wanted.teacher) text += ", with a teacher";
  return text;
}

class Trainings {
 public:
  Trainings(const Network& baseline, const Setting& setting)
      : baseline_(baseline),
        setting_(setting),
        dataset_(noise(baseline, setting.batches * 64)),
        split_(all_to_train(dataset_)) {}

  /// Applies all strategies that train what they were given, and keeps what they asked for.
  Result<std::vector<Kind>> kinds() {
    std::vector<Kind> kinds;
    for (const Strategy& strategy : strategies()) {
      if (!strategy.needs_training || reduces_input(strategy)) continue;
      const Status status = collect(strategy, kinds);
      if (!status.ok()) return status.error().in(strategy.name);
    }
    return kinds;
  }

  Result<double> images_per_s(const Kind& kind) const {
    return timed([&] { return fine_tuned(kind.network, dataset_, split_, kind.wanted, 1, {}, {}, setting_.threads); });
  }

  Result<double> plain_images_per_s() const {
    TrainOptions options;
    options.epochs = 1;
    options.threads = setting_.threads;
    return timed([&] { return train(baseline_, dataset_, split_, options); });
  }

 private:
  Status collect(const Strategy& strategy, std::vector<Kind>& kinds) const {
    StrategyContext context;
    context.dataset = &dataset_;
    context.split = &split_;
    context.importance = [&](const Network& network, const ProgressFn&) {
      return channel_importance(network, dataset_, split_.train, {}, setting_.threads);
    };
    context.fine_tune = [&](const Network& network, FineTuning wanted, const ProgressFn&) {
      wanted.epochs = 1;
      const auto same = [&](const Kind& kind) {
        return to_string(kind.wanted) == to_string(wanted) && parameter_count(kind.network) == parameter_count(network);
      };
      const auto known = std::ranges::find_if(kinds, same);
      if (known == kinds.end())
        kinds.push_back({strategy.name, network, wanted});
      else
        known->strategies += std::string(", ") + strategy.name;
      return fine_tuned(network, dataset_, split_, wanted, 1, {}, {}, setting_.threads);
    };
    PITLANE_TRY([[maybe_unused]] const Network made, apply_strategy(baseline_, strategy, context));
    return {};
  }

  template <typename Run>
  Result<double> timed(const Run& run) const {
    const auto begin = std::chrono::steady_clock::now();
    const auto trained = run();
    if (!trained.ok()) return trained.error();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(dataset_.size()) / taken.count();
  }

  const Network& baseline_;
  const Setting setting_;
  const Dataset dataset_;
  const Split split_;
};

Result<bool> run(const Setting& setting) {
  PITLANE_TRY(const Family* family, find_family(setting.network));
  PITLANE_TRY(Network fresh, family->build(two_outputs()));
  // Pruning needs weights that matter, and a teacher answers that are not all alike.
  const Network baseline = testing::with_loud_head(std::move(fresh));
  Trainings trainings(baseline, setting);
  std::printf("%s, %d threads, %d batches of 64 an epoch, %d rounds\n", setting.network.c_str(), setting.threads,
              setting.batches, setting.rounds);
  std::fflush(stdout);
  PITLANE_TRY(std::vector<Kind> kinds, trainings.kinds());
  for (int round = 0; round < setting.rounds; ++round)
    for (Kind& kind : kinds) {
      PITLANE_TRY(const double plain, trainings.plain_images_per_s());
      PITLANE_TRY(const double theirs, trainings.images_per_s(kind));
      kind.ratios.push_back(theirs / plain);
    }
  bool all = true;
  for (const Kind& kind : kinds) {
    const double ratio = median(kind.ratios);
    all = all && ratio >= kAim;
    std::printf("%.2fx of plain training (lowest %.2fx)%s: %s (%s)\n", ratio, *std::ranges::min_element(kind.ratios),
                ratio < kAim ? ", below the aim of 0.7" : "", kind.strategies.c_str(), what(kind.wanted).c_str());
  }
  return all;
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  const auto setting = pitlane::bench::setting_of(argc, argv, 16);
  const auto reached = pitlane::bench::run(setting);
  if (reached.ok()) return *reached ? 0 : 1;
  std::fprintf(stderr, "fine_tune_bench: %s\n", reached.error().message().c_str());
  return 2;
}
