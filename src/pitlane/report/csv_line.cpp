#include "pitlane/report/csv_line.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace pitlane {

CsvLine& CsvLine::append(const std::string& field) {
  text_ += (started_ ? "," : "") + field;
  started_ = true;
  return *this;
}

CsvLine& CsvLine::add(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return append(std::string(text));
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return append(out + '"');
}

CsvLine& CsvLine::add(double value) {
  return append(std::isfinite(value) ? nlohmann::json(value).dump() : std::string());
}

CsvLine& CsvLine::add(std::int64_t value) { return append(std::to_string(value)); }

}  // namespace pitlane
