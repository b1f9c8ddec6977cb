// A flag that names a file or folder: an empty text is a variable that was not set, not a wish to do without.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pitlane::cli {

inline CLI::Validator not_empty() {
  return {[](std::string& text) { return text.empty() ? std::string("is empty; name one, or leave it out") : ""; }, ""};
}

}  // namespace pitlane::cli
