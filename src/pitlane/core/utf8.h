// UTF-8, character by character.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pitlane {

/// Takes the first character off `text`. Nothing, and `text` as it was, where it begins with none: bytes that are no
/// UTF-8, characters written longer than needed, surrogates.
inline std::optional<std::uint32_t> take_character(std::string_view& text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return std::nullopt;
  const std::uint32_t first = at(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || text.size() < length) return std::nullopt;
  std::uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6 | (at(i) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  text.remove_prefix(length);
  return code;
}

/// What a terminal or an editor obeys instead of showing it: control characters of both sets, line and paragraph
/// separators, and those that turn the direction of writing.
inline bool is_obeyed(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace pitlane
