#include "pitlane/cli/budget_flag.h"

#include <optional>
#include <vector>

namespace pitlane::cli {

void add_budget_flag(CLI::App& verb, std::string& budget) {
  verb.add_option(
      "--budget", budget,
      "most error allowed on validation data, e.g. 3% (MSE above the baseline's, each output), "
      "v=3%,w=0.0004 or mae:v=0.01, and on the track, e.g. track:10% (largest mean deviation of a lap at each "
      "latency above the baseline's, all of whose laps stay complete) or track:0.15m; layers go back to floats, or to "
      "8 bits from fewer, and are spared by what prunes, clusters or shrinks, until it holds");
}

Result<AccuracyBudget> read_budget(const CLI::App& verb, const std::string& text) {
  if (verb.count("--budget") == 0) return AccuracyBudget();
  return parse_accuracy_budget(text);
}

Status check_budget_outputs(const AccuracyBudget& budget, const Network& network) {
  std::vector<std::string> outputs;
  for (const OutputSpec& output : network.outputs) outputs.push_back(output.name);
  return check_outputs(budget, outputs);
}

Status check_track_limit(const AccuracyBudget& budget, const std::string& why) {
  const std::optional<BudgetLimit> limit = track_limit(budget);
  if (!limit) return {};
  return invalid_argument("--budget " + to_string(AccuracyBudget{*limit}) + ": is held by laps, and " + why);
}

}  // namespace pitlane::cli
