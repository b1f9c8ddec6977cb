// Fewer rows of long recordings: --max-rows.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/data/recording.h"

namespace pitlane {

/// Leaves `most` rows of the centre camera of all recordings together as samples, evenly spread over them (the first
/// of them always, the same ones every time); side cameras stay with their centre row. The others stay in `rows`, not
/// `sample`, and keep their numbers: a network of several frames still finds the ones before, and splits by blocks cut
/// where they cut the whole. Nothing changes where there are no more. Returns how many stay.
std::int64_t limit_rows(std::vector<Recording>& recordings, std::int64_t most);

}  // namespace pitlane
