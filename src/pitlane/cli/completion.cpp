// pitlane completion: what a shell completes.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/completion_script.h"
#include "pitlane/cli/verb.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/network/families.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/sim/circuit_file.h"

namespace pitlane::cli {
namespace {

// What the flags take that are words of ours.
KnownValues known_values() {
  KnownValues known;
  known["--circuit"] = list_circuits();
  for (const Strategy& strategy : strategies()) known["--strategy"].emplace_back(strategy.name);
  for (const Family& family : families()) known["--network"].emplace_back(family.name);
  known["CIRCUIT"] = known["--circuit"];
  for (const Isa isa : available_isas()) known["--isa"].emplace_back(to_string(isa));
  return known;
}

}  // namespace

void declare_completion(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("completion",
                                      "Print a script that completes verbs, flags and names in a shell: put it where "
                                      "the shell looks, or try it with: source <(pitlane completion bash)");
  const auto shell = std::make_shared<std::string>();
  verb->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->callback([&app, &chosen, shell] {
    chosen.action = [&app, shell]() -> Result<int> {
      const auto make = *shell == "bash" ? bash_completion : *shell == "zsh" ? zsh_completion : fish_completion;
      std::fputs(make(verb_table(app), known_values()).c_str(), stdout);
      return kSuccess;
    };
  });
}

}  // namespace pitlane::cli
