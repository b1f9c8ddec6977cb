#include "pitlane/report/csv_line.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace pitlane {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::string csv_field(double value) { return std::isfinite(value) ? nlohmann::json(value).dump() : std::string(); }

std::string csv_field(std::int64_t value) { return std::to_string(value); }

}  // namespace pitlane
