// A model file of any kind becomes a Network. What kind it is, its content says, not its name.
#pragma once

#include <filesystem>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Nothing in a file is ever executed; sizes are checked before memory is asked for; the network is validated. Errors
/// name the file, the layer or byte offset, and the remedy; an unknown kind lists those that are read.
Result<Network> import_network(const std::filesystem::path& path, const ImportOptions& options = {});

/// "Keras HDF5 (.h5), ...", for messages and --help.
std::string importable_kinds();

}  // namespace pitlane
