// Whoever turns observations into commands in an episode: a network with its adapter, or an expert.
#pragma once

#include "pitlane/core/result.h"
#include "pitlane/driver/observation.h"
#include "pitlane/driver/preprocess.h"

namespace pitlane {

class Controller {
 public:
  virtual ~Controller() = default;
  virtual void reset() = 0;
  /// An error of kind kNumeric or kInvalidArgument ends the episode as failed. Any other says nothing about how it
  /// drives, such as that of a runtime that died: then there is no episode.
  virtual Result<Command> decide(const Observation& observation) = 0;
  /// Of the last decision: seconds that are no part of what it takes (Session::detour_ns).
  [[nodiscard]] virtual double detour_s() const { return 0; }
  /// Source pixels it looks at; null: all.
  [[nodiscard]] virtual const FrameResizer* view() const { return nullptr; }
};

}  // namespace pitlane
