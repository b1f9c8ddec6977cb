// How long students answer, each measured once on this machine and kept.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "pitlane/core/hash.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/network/network.h"
#include "pitlane/search/trial_store.h"

namespace pitlane {

/// One thread. What is named must outlive it. Errors of all: those of time_networks() and TrialStore.
class StudentTimer {
 public:
  /// Pictures are those of `sample`. `isa` and `machine` (AutoOptions::machine): times of others do not count.
  StudentTimer(TrialStore& store, std::int64_t sample, std::string isa, const std::string& machine)
      : store_(store), sample_(sample), isa_(std::move(isa)), machine_(machine) {}

  /// Median, ms, of what `make` makes of `fresh` in `storage`; it is made only where the time is not known yet.
  Result<double> of(const Network& fresh, const std::string& storage, const Dataset& dataset,
                    const std::function<Result<Network>()>& make);
  /// How many times as long as `usual` this network takes, both timed in turns, so under the same load.
  Result<double> beside(const Network& network, const Network& usual, const Dataset& dataset);

 private:
  [[nodiscard]] Hasher key(const Network& network) const;

  TrialStore& store_;
  std::int64_t sample_;
  std::string isa_;
  const std::string& machine_;
};

}  // namespace pitlane
