// Numbers in messages and files: short, the same in every locale.
#pragma once

#include <charconv>
#include <string>

namespace pitlane {

/// At most `digits` significant digits, no trailing zeros: 2.5, 464, 1e+20.
inline std::string number_text(double value, int digits = 5) {
  char text[64];
  const auto result = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
  return {text, result.ptr};
}

}  // namespace pitlane
