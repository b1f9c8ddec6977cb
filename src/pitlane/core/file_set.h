// Files that belong together: all are replaced or, where the disk is full, none.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// As write_text for each, but none is replaced before all have been written and flushed beside their places. On any
/// error before the first renaming all old ones stay, and the message says so. The renamings follow one another: where
/// one fails, or the machine stops between two, some files are new and some old; of an error the message says how many.
Status write_texts(const std::vector<std::pair<std::filesystem::path, std::string>>& files);

}  // namespace pitlane
