// Many pictures at once, on all cores.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/picture_loader.h"

namespace pitlane {

/// Loads file i into the i-th picture of `pictures`. Returns per file what was wrong with it, empty where nothing
/// was; the result does not depend on the number of threads. `progress` is called from the calling thread only.
Result<std::vector<std::string>> load_pictures(const std::vector<std::filesystem::path>& files,
                                               const PictureLoader& loader, std::span<std::uint8_t> pictures,
                                               const ProgressFn& progress);

}  // namespace pitlane
