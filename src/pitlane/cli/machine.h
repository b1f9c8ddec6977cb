// What this machine is, for provenance.
#pragma once

#include <map>
#include <string>

namespace pitlane::cli {

/// By the keys of study/provenance.h, all of them.
std::map<std::string, std::string> machine_provenance();

}  // namespace pitlane::cli
