// How much memory would a JSON document take? Asked of its text, before one is made of it.
#pragma once

#include <cstddef>
#include <string_view>

#include "pitlane/core/result.h"

namespace pitlane {

/// A value in memory is many times as large as in the text: three bytes "[]," become more than sixty.
struct JsonLimits {
  std::size_t most_values;  ///< an upper bound of them is counted: commas, colons and opening brackets
  std::size_t deepest;      ///< brackets in each other
};

/// Errors: beyond a limit; they do not say what the text is. Whether it is JSON, its parser says.
Status check_json_extent(std::string_view text, const JsonLimits& limits);

}  // namespace pitlane
