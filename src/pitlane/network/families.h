// Networks known by name, freshly initialised.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

struct FamilyOptions {
  Preprocessing preprocessing;
  std::vector<OutputSpec> outputs;  ///< `value` and `element` are filled in
  std::uint64_t seed = 1;           ///< of the initial weights
};

struct Family {
  const char* name;
  const char* summary;  ///< one line for --help
  Result<Network> (*build)(const FamilyOptions& options);
};

/// PilotNet as DeepLearningStudio's two frameworks define it (Bojarski et al., "End to End Learning for
/// Self-Driving Cars", 2016; the 'valid' and 'same' variants differ tenfold in size).
const std::vector<Family>& families();
Result<const Family*> find_family(const std::string& name);

}  // namespace pitlane
