#include "pitlane/data/recording_sink.h"

#include <charconv>
#include <cmath>

namespace pitlane {

std::string exact_text(double value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\" \t") == std::string::npos && !text.empty()) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace pitlane
