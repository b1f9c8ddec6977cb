// What somebody may have meant who misspelt a name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitlane {

/// The one of `known` that differs from `word` by the fewest letters left out, added, changed or swapped; empty where
/// even that is more than one and a quarter of its letters.
std::optional<std::string> near_name(std::string_view word, const std::vector<std::string>& known);

}  // namespace pitlane
