// Verbs that do not exist, told before the parser stumbles over what follows them.
#pragma once

#include <CLI/CLI.hpp>

#include "pitlane/core/result.h"

namespace pitlane::cli {

/// Follows the leading words of the command line down the verbs of `app`. Errors: an unknown verb, with the nearest
/// known one where one is near; no verb where one is needed. Whatever begins with '-' is left to the parser.
Status check_verb_names(const CLI::App& app, int argc, const char* const* argv);

}  // namespace pitlane::cli
