#include "pitlane/cli/budget_flag.h"

#include <vector>

namespace pitlane::cli {

void add_budget_flag(CLI::App& verb, std::string& budget) {
  verb.add_option("--budget", budget,
                  "most error allowed on validation data, e.g. 3% (MSE above the baseline's, each output), "
                  "v=3%,w=0.0004 or mae:v=0.01; layers go back to floats, or to 8 bits from fewer, until it holds");
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

}  // namespace pitlane::cli
