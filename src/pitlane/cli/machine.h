// What this machine is, for provenance.
#pragma once

#include <map>
#include <string>

namespace pitlane::cli {

/// "processor", "cores", "instruction set", "system", "date" (UTC).
std::map<std::string, std::string> machine_provenance();

}  // namespace pitlane::cli
