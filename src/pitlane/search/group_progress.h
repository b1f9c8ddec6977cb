// Several pieces of work at once tell one progress: that of the first of them that is still at work.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "pitlane/core/progress.h"

namespace pitlane {

/// For the pieces of one run_workers() (study/workers.h).
class GroupProgress {
 public:
  using TellFn = std::function<bool(std::size_t piece, const Progress& progress)>;

  GroupProgress(std::size_t pieces, TellFn tell) : latest_(pieces), ended_(pieces), tell_(std::move(tell)) {}

  /// What `piece` tells, and then asks `go_on`. It and `go_on` must outlive the result.
  ProgressFn of(std::size_t piece, const ProgressFn& go_on) {
    return [this, piece, &go_on](const Progress& progress) {
      latest_[piece] = progress;
      return go_on(progress);
    };
  }
  /// `piece` tells no more: the next one has its say.
  void end(std::size_t piece) { ended_[piece] = true; }

  /// What run_workers() calls, in the thread of `piece`.
  bool tell(std::size_t piece) {
    for (std::size_t before = 0; before < piece; ++before)
      if (!ended_[before]) return true;
    return ended_[piece] || tell_(piece, latest_[piece]);
  }

 private:
  std::vector<Progress> latest_;  // each of its piece's thread alone
  std::vector<std::atomic<bool>> ended_;
  TellFn tell_;
};

}  // namespace pitlane
