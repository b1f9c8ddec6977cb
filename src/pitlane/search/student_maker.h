// Teaches students and finishes them: from a candidate to a network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/search/auto_search.h"
#include "pitlane/search/candidate.h"
#include "pitlane/search/halving.h"
#include "pitlane/study/kept_trainings.h"

namespace pitlane {

/// How long the candidates of a rung are taught.
struct Teaching {
  std::int64_t one_sample_in = 1;
  int epochs = 1;
};
inline constexpr Teaching kTeaching[kTaughtRungs] = {{4, 8}, {2, 16}, {1, 60}};

/// `dataset` is always that of StudentData::of(). Each call trains on one thread; several may be under way at once.
class StudentMaker {
 public:
  /// `kept`: a folder for the results of long trainings and their checkpoints. What is trained alike is trained once,
  /// whichever candidate or run asks for it. `inputs` must outlive it.
  StudentMaker(const AutoInputs& inputs, std::uint64_t seed, std::filesystem::path kept)
      : inputs_(inputs), seed_(seed), kept_(std::move(kept)) {}

  /// Taught as on `rung` and stored without more training; keeps nothing.
  Result<Network> tried(const Candidate& candidate, int rung, const Dataset& dataset, const ProgressFn& progress) const;
  /// Taught as on the last of these rungs and finished in the candidate's way: integers are trained on with their
  /// rounding in sight.
  Result<Network> finished(const Candidate& candidate, const Dataset& dataset, const ProgressFn& progress) const;
  /// Without any training.
  Result<Network> stored(const Network& floats, const Candidate& candidate, const Dataset& dataset,
                         const ProgressFn& progress) const;

 private:
  [[nodiscard]] std::string key(const Network& begin, const std::string& training, const Dataset& dataset) const;
  Result<Network> taught(const Network& fresh, const Teaching& teaching, const Dataset& dataset,
                         const std::filesystem::path& checkpoint, const ProgressFn& progress) const;
  Result<Network> rounded(const Network& floats, const Candidate& candidate, const Dataset& dataset,
                          const ProgressFn& progress) const;
  [[nodiscard]] StrategyContext context_of(const Dataset& dataset) const;
  void name(const Candidate& candidate, const Network& floats, Network& network) const;

  const AutoInputs& inputs_;
  std::uint64_t seed_;
  KeptTrainings kept_;
};

}  // namespace pitlane
