// pitlane perturbations: what `drive --perturb` can make go wrong.
#include <cstdio>
#include <string>

#include "pitlane/cli/verb.h"
#include "pitlane/sim/number_text.h"
#include "pitlane/sim/perturbation.h"

namespace pitlane::cli {
namespace {

std::string range(const PerturbationKey& key) {
  if (key.low == key.high) return "#000000..#ffffff";
  const std::string unit = key.unit;
  return number_text(key.low) + ".." + number_text(key.high) + (unit.empty() ? "" : " " + unit);
}

Result<int> list() {
  std::printf("Presets of drive --perturb:\n");
  for (const PerturbationPreset& preset : perturbation_presets())
    std::printf("  %-14s %s (%s)\n", preset.name, preset.meaning, preset.text);
  std::printf("\nKeys, KEY=VALUE with commas between; the later one wins:\n");
  for (const PerturbationKey& key : perturbation_keys())
    std::printf("  %-14s %-18s %s\n", key.name, range(key).c_str(), key.meaning);
  return kSuccess;
}

}  // namespace

void declare_perturbations(CLI::App& app, Chosen& chosen) {
  app.add_subcommand("perturbations", "List what drive --perturb can make go wrong: presets, keys and their ranges")
      ->callback([&chosen] { chosen.action = list; });
}

}  // namespace pitlane::cli
