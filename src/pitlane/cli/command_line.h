// The command that the user typed, for provenance.
#pragma once

#include <string>
#include <string_view>

namespace pitlane::cli {

void remember_command_line(int argc, char** argv);
/// "pitlane tune a.pit ...", arguments quoted for a shell where they need it.
const std::string& command_line();

/// An argument as a shell needs it: in quotes where it would mean something else.
std::string shell_word(std::string_view argument);

}  // namespace pitlane::cli
