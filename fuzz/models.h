// Model files of other tools for fuzz targets.
#pragma once

#include <string>

#include "fuzz/target.h"
#include "pitlane/formats/meaning.h"

namespace pitlane::fuzz {

/// Writes the input under this name, imports it, and does with the network what is done with any: validated, written as
/// .pit, and run if it is small.
void import_and_check(const std::string& name, Bytes input, const ImportOptions& options = {});

}  // namespace pitlane::fuzz
