// One line of a CSV file (RFC 4180).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pitlane {

class CsvLine {
 public:
  /// In quotes where it holds a comma, a quote or a line break; quotes inside are doubled.
  CsvLine& add(std::string_view text);
  /// Shortest text that reads back as the same double; empty where not finite.
  CsvLine& add(double value);
  CsvLine& add(std::int64_t value);
  CsvLine& add_if(bool known, double value) { return known ? add(value) : add(std::string_view()); }
  [[nodiscard]] std::string end() const { return text_ + "\r\n"; }

 private:
  CsvLine& append(const std::string& field);

  std::string text_;
  bool started_ = false;
};

}  // namespace pitlane
