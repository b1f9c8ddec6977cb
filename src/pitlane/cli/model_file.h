// A model named on the command line: read by what it is, with its size on disk.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

struct ModelFile {
  Network network;
  std::int64_t size_bytes = 0;
};

/// Errors name the file and what is wrong; an unknown type lists the ones that are read.
Result<ModelFile> open_model(const std::filesystem::path& path);

}  // namespace pitlane::cli
