// How much a .pit file names, against how much it holds: FlatBuffers lets thousands of fields lead to the same bytes,
// and a file of kilobytes would become a network of gigabytes.
#pragma once

#include <cstddef>
#include <span>

#include "pitlane/core/result.h"

namespace pitlane {

/// An error if the file's tables, texts and arrays, each counted as often as it is named, are larger than the file.
/// Offsets must have been verified.
Status check_pit_extent(std::span<const std::byte> file);

}  // namespace pitlane
