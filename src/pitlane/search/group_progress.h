// Several pieces of work at once tell one progress: that of the first of them that is still at work.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "pitlane/core/progress.h"

namespace pitlane {

/// For the pieces of one run_workers() (study/workers.h).
class GroupProgress {
 public:
  using TellFn = std::function<bool(std::size_t piece, const Progress& progress)>;

  GroupProgress(std::size_t pieces, TellFn tell) : pieces_(pieces), tell_(std::move(tell)) {}

  /// What `piece` tells, and then asks `go_on`. It and `go_on` must outlive the result.
  ProgressFn of(std::size_t piece, const ProgressFn& go_on) {
    return [this, piece, &go_on](const Progress& progress) {
      {
        const std::lock_guard lock(mutex_);
        pieces_[piece].latest = progress;
        pieces_[piece].at_work = true;
      }
      return go_on(progress);
    };
  }
  /// `piece` tells no more: the next one has its say.
  void end(std::size_t piece) {
    const std::lock_guard lock(mutex_);
    pieces_[piece].at_work = false;
  }

  /// Tells what the first piece at work told last, whichever asks: so that nobody waits for a silent one to hear that
  /// all shall stop. One call at a time.
  bool tell() {
    std::size_t first = 0;
    Progress latest;
    {
      const std::lock_guard lock(mutex_);
      while (first < pieces_.size() && !pieces_[first].at_work) ++first;
      if (first == pieces_.size()) return true;
      latest = pieces_[first].latest;
    }
    return tell_(first, latest);
  }

 private:
  struct Piece {
    Progress latest;
    bool at_work = false;  // and has told something
  };
  std::mutex mutex_;
  std::vector<Piece> pieces_;
  TellFn tell_;
};

}  // namespace pitlane
