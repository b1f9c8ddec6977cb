// A model named on the command line: read by what it is, with its size on disk.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pitlane/cli/model_flags.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

struct ModelFile {
  Network network;
  std::int64_t size_bytes = 0;
};

/// What was assumed of a file of another tool: told on stderr, or left to the caller to tell.
enum class Assumptions { kTold, kUntold };

/// Errors name the file and what is wrong; an unknown type
/// lists the ones that are read.
Result<ModelFile> open_model(const std::filesystem::path& path, const ModelFlags& flags,
                             Assumptions assumptions = Assumptions::kTold);

/// For verbs that show the network a recording or the simulator, which have one camera. Errors: it reads several.
Status check_one_camera(const std::filesystem::path& path, const Network& network);

/// Both.
Result<ModelFile> open_one_camera_model(const std::filesystem::path& path, const ModelFlags& flags);

}  // namespace pitlane::cli
