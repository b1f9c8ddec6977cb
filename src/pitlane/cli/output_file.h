// May the file that --out names be written? Asked before any work, so that the last step of hours does not fail.
#pragma once

#include <filesystem>
#include <string>

#include "pitlane/core/result.h"

namespace pitlane::cli {

/// Makes nothing. Errors: a directory, device or pipe stands there (writing renames over it, which would replace it);
/// what would be its folder is a file, or may not be written to. Folders that are missing are no error.
Status check_output_file(const std::filesystem::path& path);

/// The folder in which the file `path` will lie must be there: for verbs that make none.
Status check_output_folder_is_there(const std::filesystem::path& path);

/// The same as check_output_file for a directory that will be made where it is missing.
Status check_output_directory(const std::filesystem::path& path);

/// Refuses an output that would replace what `other` names (an input, another output), however the two are spelt.
/// `what` says in words what `other` is.
Status check_not_the_same(const std::filesystem::path& path, const std::filesystem::path& other,
                          const std::string& what);

/// Refuses a file that is there already.
Status check_output_is_new(const std::filesystem::path& path);

}  // namespace pitlane::cli
