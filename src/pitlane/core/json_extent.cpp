#include "pitlane/core/json_extent.h"

#include <string>

namespace pitlane {

Status check_json_extent(std::string_view text, const JsonLimits& limits) {
  std::size_t values = 1, depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++values;
      if (++depth > limits.deepest) return corrupt("is nested more than " + std::to_string(limits.deepest) + " deep");
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == ',' || c == ':') {
      ++values;
    }
    if (values > limits.most_values) return corrupt("has more than " + std::to_string(limits.most_values) + " values");
  }
  return {};
}

}  // namespace pitlane
