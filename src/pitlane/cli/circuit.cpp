// pitlane circuit: the tracks that networks drive on.
#include "pitlane/sim/circuit.h"

#include <cstdio>
#include <memory>
#include <string>

#include "pitlane/cli/verb.h"
#include "pitlane/sim/circuit_file.h"

namespace pitlane::cli {
namespace {

Result<int> list() {
  for (const std::string& name : list_circuits()) {
    PITLANE_TRY(const Circuit circuit, find_circuit(name));
    std::printf("%-16s %7.1f m  smallest radius %5.2f m  %s%s\n", name.c_str(), circuit.length_m(),
                circuit.smallest_radius_m(), circuit.definition().held_out ? "(held out) " : "",
                circuit.definition().description.c_str());
  }
  return kSuccess;
}

Result<int> check(const std::string& name) {
  PITLANE_TRY(const Circuit circuit, find_circuit(name));
  std::printf("%s: good, %.1f m, smallest radius %.2f m\n", circuit.name().c_str(), circuit.length_m(),
              circuit.smallest_radius_m());
  return kSuccess;
}

}  // namespace

void declare_circuit(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("circuit", "List and check circuits");
  verb->require_subcommand(1);
  verb->add_subcommand("list", "One circuit a line: name, length, smallest radius")->callback([&chosen] {
    chosen.action = list;
  });
  CLI::App* check_verb = verb->add_subcommand("check", "Read a circuit file and say whether it can be driven");
  const auto name = std::make_shared<std::string>();
  check_verb->add_option("CIRCUIT", *name, "name or file")->required();
  check_verb->callback([&chosen, name] { chosen.action = [name] { return check(*name); }; });
}

}  // namespace pitlane::cli
