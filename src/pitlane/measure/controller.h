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
  /// An error ends the episode as failed.
  virtual Result<Command> decide(const Observation& observation) = 0;
  /// Source pixels it looks at; null: all.
  [[nodiscard]] virtual const FrameResizer* view() const { return nullptr; }
};

}  // namespace pitlane
