// manifest.json of a donkeycar Tub v2: which catalogs it has, and which records were deleted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

struct TubManifest {
  std::vector<std::string> catalogs;  ///< names of files beside the manifest, in their order
  std::vector<std::int64_t> deleted;  ///< indexes of records, ascending
};

/// Five lines of JSON: inputs, their types, the user's notes, the tub's notes, and last the catalogs. Only the last
/// says something that reading needs. Errors: fewer lines, no JSON, catalogs that lie elsewhere.
Result<TubManifest> read_tub_manifest(const std::filesystem::path& path);

}  // namespace pitlane
