// Networks known by name, freshly initialised.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

struct FamilyOptions {
  Preprocessing preprocessing;      ///< `frames` is filled in
  std::vector<OutputSpec> outputs;  ///< `value` and `element` are filled in
  std::uint64_t seed = 1;           ///< of the initial weights
  /// InputSpec::ages of picture and speed; empty: those of the family. A family of single pictures takes one age.
  std::vector<int> ages = {};
  int commands = 4;  ///< high-level commands that are told apart, where a family reads one
  int lights = 0;    ///< states of the traffic light that are told apart, likewise; 0: it sees none
};

struct Family {
  const char* name;
  const char* summary;  ///< one line for --help
  Result<Network> (*build)(const FamilyOptions& options);
};

/// The networks of DeepLearningStudio, with what its two frameworks make of them (PilotNet's 'valid' and 'same'
/// variants differ tenfold in size). Dropout is left out: it is no part of what a network computes.
const std::vector<Family>& families();
Result<const Family*> find_family(const std::string& name);

}  // namespace pitlane
