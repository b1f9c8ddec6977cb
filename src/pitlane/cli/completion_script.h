// What a shell completes behind "pitlane": scripts made from the table of verbs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pitlane/cli/verb_table.h"

namespace pitlane::cli {

/// By flag ("--circuit") or positional: what it takes, where the table of verbs does not say. Lower-case names, digits
/// and -_. alone.
using KnownValues = std::map<std::string, std::vector<std::string>>;

std::string bash_completion(const std::vector<VerbRow>& table, const KnownValues& values);
std::string zsh_completion(const std::vector<VerbRow>& table, const KnownValues& values);
std::string fish_completion(const std::vector<VerbRow>& table, const KnownValues& values);

}  // namespace pitlane::cli
