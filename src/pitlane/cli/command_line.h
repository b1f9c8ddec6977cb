// The command that the user typed, for provenance.
#pragma once

#include <string>

namespace pitlane::cli {

void remember_command_line(int argc, char** argv);
/// "pitlane tune a.pit ...", arguments quoted for a shell where they need it.
const std::string& command_line();

}  // namespace pitlane::cli
