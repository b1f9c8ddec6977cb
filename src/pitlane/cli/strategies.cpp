// pitlane strategies: what `tune` can do to a network.
#include "pitlane/optimize/strategy.h"

#include <cstdio>
#include <memory>

#include "pitlane/cli/verb.h"
#include "pitlane/optimize/controls.h"

namespace pitlane::cli {
namespace {

void print(const Strategy& strategy) {
  std::printf("%-16s %s\n%-16s recipe: %s\n%-16s origin: %s\n", strategy.name, strategy.summary, "",
              recipe(strategy).c_str(), "", strategy.origin);
  if (*strategy.also != '\0') std::printf("%-16s also called: %s\n", "", strategy.also);
}

Result<int> list_strategies(bool with_controls) {
  for (const Strategy& strategy : strategies()) print(strategy);
  if (with_controls)
    for (const Strategy& control : controls()) print(control);
  return kSuccess;
}

}  // namespace

void declare_strategies(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      app.add_subcommand("strategies", "List the strategies that tune applies, one sentence and the origin of each");
  const auto with_controls = std::make_shared<bool>(false);
  verb->add_flag("--controls", *with_controls,
                 "their controls too: NAME_control trains on as NAME does and takes nothing away (tune does them where "
                 "they are named)");
  verb->callback(
      [&chosen, with_controls] { chosen.action = [with_controls] { return list_strategies(*with_controls); }; });
}

}  // namespace pitlane::cli
