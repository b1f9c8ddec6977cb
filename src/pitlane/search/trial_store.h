// Trials and latencies of a search on disk: what was judged or timed once is not judged or timed again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/hash.h"
#include "pitlane/core/result.h"
#include "pitlane/search/halving.h"
#include "pitlane/study/store.h"

namespace pitlane {

/// One thread. Errors of all: those of Store.
class TrialStore {
 public:
  explicit TrialStore(Store store) : store_(std::move(store)) {}

  struct Found {
    std::optional<Trial> trial;
    bool damaged = false;  ///< something was there that cannot be read
  };
  /// The first that can be read under one of these names.
  [[nodiscard]] Result<Found> find(const std::vector<std::string>& names) const;

  /// Of two programs on one store the first counts, unless what it left is damaged.
  Status keep(const std::string& name, const Trial& trial, bool in_place_of_a_damaged_one);

  /// As Store's.
  void flush_with_next() { store_.flush_with_next(); }

  /// What `measure` gives, ms or a ratio; kept before anything follows from it. Errors: also those of `measure`.
  Result<double> measured_once(const Hasher& what, const std::function<Result<double>()>& measure);

 private:
  Store store_;
};

}  // namespace pitlane
