// pitlane strategies: what `tune` can do to a network.
#include "pitlane/optimize/strategy.h"

#include <cstdio>

#include "pitlane/cli/verb.h"

namespace pitlane::cli {
namespace {

Result<int> list_strategies() {
  for (const Strategy& strategy : strategies()) {
    std::printf("%-16s %s\n%-16s recipe: %s\n%-16s origin: %s\n", strategy.name, strategy.summary, "",
                recipe(strategy).c_str(), "", strategy.origin);
    if (*strategy.also != '\0') std::printf("%-16s also called: %s\n", "", strategy.also);
  }
  return kSuccess;
}

}  // namespace

void declare_strategies(CLI::App& app, Chosen& chosen) {
  app.add_subcommand("strategies", "List the strategies that tune applies, one sentence and the origin of each")
      ->callback([&chosen] { chosen.action = list_strategies; });
}

}  // namespace pitlane::cli
