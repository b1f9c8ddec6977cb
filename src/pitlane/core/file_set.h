// Files that belong together: a reader never finds some new and some old.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// As write_text for each, but none is replaced before all have been written and flushed beside their places. On any
/// error but one of the renaming itself all old ones stay, and the message says so.
Status write_texts(const std::vector<std::pair<std::filesystem::path, std::string>>& files);

}  // namespace pitlane
