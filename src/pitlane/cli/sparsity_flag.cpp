#include "pitlane/cli/sparsity_flag.h"

#include <algorithm>
#include <string>

#include "pitlane/cli/number_range.h"

namespace pitlane::cli {

void add_sparsity_flag(CLI::App& verb, std::optional<double>& sparsity) {
  verb.add_option("--sparsity", sparsity, "share of zeros for strategies that prune, e.g. 0.8, in place of their own")
      ->check(within(0, 0.99));
}

Status check_some_prune(const std::vector<const Strategy*>& strategies) {
  std::string names;
  for (const Strategy* strategy : strategies) {
    if (prunes(*strategy)) return {};
    names += (names.empty() ? "" : ", ") + std::string(strategy->name);
  }
  return invalid_argument("--sparsity: " + names + (strategies.size() == 1 ? " prunes" : " prune") +
                          " nothing; leave it out");
}

}  // namespace pitlane::cli
