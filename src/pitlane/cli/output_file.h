// May the file that --out names be written? Asked before any work, so that the last step of hours does not fail.
#pragma once

#include <filesystem>

#include "pitlane/core/result.h"

namespace pitlane::cli {

/// Makes nothing. Errors: a directory, device or pipe stands there (writing renames over it, which would replace it);
/// what would be its folder is a file, or may not be written to. Folders that are missing are no error.
Status check_output_file(const std::filesystem::path& path);

/// The same for a directory that will be made where it is missing.
Status check_output_directory(const std::filesystem::path& path);

}  // namespace pitlane::cli
