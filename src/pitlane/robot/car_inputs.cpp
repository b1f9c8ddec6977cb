#include "pitlane/robot/car_inputs.h"

#include <string>

namespace pitlane::robot {
namespace {

struct CarInput {
  InputKind kind;
  const char* flag;
  const char* what;
  bool said;
  int choice;  // of a one-hot input; -1 for none
};

Status check(const CarInput& input, const RunFlags& flags, const Network& network) {
  bool seen = false;
  for (const InputSpec& spec : network.inputs) {
    if (spec.kind != input.kind) continue;
    seen = true;
    const auto choices = element_count(network.values[static_cast<std::size_t>(spec.value)].shape);
    if (input.choice >= choices)
      return invalid_argument(std::string(input.flag) + " " + std::to_string(input.choice) +
                              ": the network knows 0 to " + std::to_string(choices - 1));
  }
  if (input.said && !seen)
    return invalid_argument(std::string(input.flag) + ": this network sees no " + input.what + "; leave it out");
  if (seen && !input.said && !flags.with_state)
    return invalid_argument(std::string("the network sees the ") + input.what + "; say it with " + input.flag +
                            ", or with each raw frame (--with-state)");
  return {};
}

}  // namespace

Status check_car_inputs(const RunFlags& flags, const Network& network) {
  const CarInput inputs[] = {
      {InputKind::kSpeed, "--speed", "speed", flags.speed_mps.has_value(), -1},
      {InputKind::kCommand, "--command", "high-level command", flags.command.has_value(), flags.command.value_or(-1)},
      {InputKind::kLight, "--light", "traffic light", flags.light.has_value(), flags.light.value_or(-1)},
  };
  for (const CarInput& input : inputs) PITLANE_TRY_STATUS(check(input, flags, network));
  return {};
}

}  // namespace pitlane::robot
