// Files of studies, configurations of BehaviorMetrics, and the texts of perturbations in them.
#include "pitlane/study/study_spec.h"

#include "fuzz/target.h"
#include "pitlane/sim/perturbation.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  const auto spec = parse_study(std::string(text(input)), "input", "/nowhere");
  if (!spec) return check_error(spec.error());
  PITLANE_CHECK(!spec->networks.empty() && spec->repetitions >= 1 && spec->laps >= 1);
  for (const StudyEntry& entry : spec->perturbations) {
    const auto perturbation = parse_perturbation(entry.text);
    if (!perturbation) {
      check_error(perturbation.error());
      continue;
    }
    // One meaning has one text, which is what results are kept under.
    const std::string canonical = canonical_text(*perturbation);
    const auto again = parse_perturbation(canonical);
    PITLANE_CHECK(again.ok() && canonical_text(*again) == canonical);
  }
}

void add_seeds(Seeds& seeds) {
  seeds.add("study.yaml",
            "format: pitlane-study\nversion: 1\nname: a\nnetworks: [expert, {model: line-follower, name: b}]\n"
            "runtimes: [pitlane, {engine: pitlane, isa: scalar}]\ncircuits: [tight, mixed]\n"
            "directions: [forward, reverse]\nlatencies: [none, 60ms, measured, {factor: 4}]\n"
            "perturbations: [none, 'dusk,noise=8,drop=10%']\nrepetitions: 5\nlaps: 2\nseed: 1\ntimeout_s: 60\n"
            "vehicle: steering:8:0.5\n");
  seeds.add("short.yaml", "{format: pitlane-study, version: 1, networks: expert}\n");
  seeds.add("behavior_metrics.yaml",
            "Behaviors:\n  Robot:\n    Sensors: {Cameras: {Camera_0: {Name: camera_0}}}\n    Type: f1\n"
            "  Simulation:\n    World: [worlds/tight.launch, worlds/other.launch]\n"
            "  Experiment: {Name: a, Repetitions: 3, Timeout: [60, 90]}\n");
}

}  // namespace pitlane::fuzz
