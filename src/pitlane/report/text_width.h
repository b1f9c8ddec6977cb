// How wide a text stands in a table: characters of UTF-8, not bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace pitlane {

inline bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

inline std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

}  // namespace pitlane
