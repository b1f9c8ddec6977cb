// Comma-separated values as RFC 4180 has them: what every .csv of ours is made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pitlane {

/// Quotes around a field that holds a comma, a quote or a line break; quotes inside are doubled.
std::string csv_field(std::string_view text);
/// Shortest text that reads back as the same double; empty where not finite.
std::string csv_field(double value);
std::string csv_field(std::int64_t value);

class CsvLine {
 public:
  template <typename Value>
  CsvLine& add(const Value& value) {
    text_ += (started_ ? "," : "") + csv_field(value);
    started_ = true;
    return *this;
  }
  CsvLine& add_if(bool known, double value) { return known ? add(value) : add(std::string_view()); }
  [[nodiscard]] std::string end() const { return text_ + "\r\n"; }

 private:
  std::string text_;
  bool started_ = false;
};

}  // namespace pitlane
