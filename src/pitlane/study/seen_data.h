// One recording as several networks see it: sample by sample the same, in pictures of each network's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <utility>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// Decodes or draws the samples once more, for this network.
using LoadFn = std::function<Result<Dataset>(const Network& network, const ProgressFn&)>;

/// Keeps what it made. One thread. What it is made of must outlive it.
class SeenData {
 public:
  /// `own`: as `baseline` sees it. Without `load`, pictures can be had in grey or in one colour, and no others. Of what
  /// was made, the latest of at most so many bytes of pictures are kept; 0: all.
  SeenData(const Network& baseline, const Dataset& own, LoadFn load = {}, std::size_t most_bytes = 0);

  /// Stays as long as this does, with a limit on bytes until the next call. Errors: pictures that cannot be had, other
  /// samples than the baseline's.
  Result<const Dataset*> as(const Network& network, const ProgressFn& progress);
  /// The same for who outlives this; the baseline's own data must outlive it all the same.
  Result<std::shared_ptr<const Dataset>> shared(const Network& network, const ProgressFn& progress);
  /// As StrategyContext wants it.
  SeenByFn seen_by();

  [[nodiscard]] bool is_own(const Network& network) const;

 private:
  Result<Dataset> make(const Network& network, const Preprocessing& wanted, const ProgressFn& progress) const;

  Preprocessing own_view_;
  const Dataset& own_;
  LoadFn load_;
  std::size_t most_bytes_;
  std::list<std::pair<Preprocessing, std::shared_ptr<const Dataset>>> made_;
};

/// Are both lists of the same samples?
bool same_samples(const Dataset& a, const Dataset& b);

/// Moves the labels of these samples, by `share` of the way, to what a teacher answers to them: squared distances from
/// both have the same gradient as one from there. `answers`: {sample, output}, in the order of `samples`.
void blend_labels(Dataset& dataset, std::span<const std::int64_t> samples, std::span<const float> answers, float share);

}  // namespace pitlane
