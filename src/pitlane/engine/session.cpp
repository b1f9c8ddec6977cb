#include "pitlane/engine/session.h"

namespace pitlane {

const char* to_string(RunStatus status) {
  switch (status) {
    case RunStatus::kOk:
      return "ok";
    case RunStatus::kWrongInputs:
      return "wrong inputs: count or byte size of a tensor differs from the network's";
    case RunStatus::kNotFinite:
      return "not finite: NaN or infinity in an input or in the result";
    case RunStatus::kRuntimeFailed:
      return "the runtime failed";
  }
  return "unknown";
}

}  // namespace pitlane
