#include "pitlane/data/concatenated_json.h"

#include <cstddef>

namespace pitlane {

bool ConcatenatedJson::next(JsonPiece& piece) {
  const std::size_t start = rest_.find('{');
  if (start == std::string_view::npos) return false;
  rest_.remove_prefix(start);
  const std::size_t brace = rest_.find_first_of("{}", 1);
  std::size_t length = rest_.size();
  if (brace != std::string_view::npos) length = rest_[brace] == '}' ? brace + 1 : brace;
  piece = {++number_, rest_.substr(0, length)};
  rest_.remove_prefix(length);
  return true;
}

}  // namespace pitlane
