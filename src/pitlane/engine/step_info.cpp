#include "pitlane/engine/step_info.h"

namespace pitlane {

const char* to_string(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::kNone:
      return "none";
    case Arithmetic::kF32:
      return "f32";
    case Arithmetic::kF16:
      return "f16";
    case Arithmetic::kI8:
      return "int8";
    case Arithmetic::kBf16:
      return "bf16";
  }
  return "unknown";
}

const char* to_string(StepInfo::Owner owner) {
  switch (owner) {
    case StepInfo::Owner::kLayer:
      return "layer";
    case StepInfo::Owner::kInput:
      return "input";
    case StepInfo::Owner::kOutput:
      return "output";
    case StepInfo::Owner::kState:
      return "state";
  }
  return "unknown";
}

}  // namespace pitlane
