// Which names a circuit may have: check_circuit_name of circuit.h.
#include <cstdint>
#include <optional>
#include <string_view>

#include "pitlane/sim/circuit.h"

namespace pitlane {
namespace {

constexpr std::size_t kLongestName = 80;

// Takes one character of UTF-8 off the front; empty where there is none: stray, missing, overlong, a surrogate.
std::optional<std::uint32_t> take_character(std::string_view& text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 0 || first > 0xF4 || length > text.size()) return std::nullopt;
  std::uint32_t code = length == 1 ? first : first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6 | (at(i) & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  text.remove_prefix(length);
  return code;
}

// Control characters of both sets, line and paragraph separators, and those that turn the direction of writing.
bool obeyed(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

Status check_circuit_name(const std::string& name) {
  if (name.size() > kLongestName)
    return invalid_argument("the name has " + std::to_string(name.size()) + " bytes; at most " +
                            std::to_string(kLongestName) + " are allowed");
  for (std::string_view rest = name; !rest.empty();) {
    const auto code = take_character(rest);
    if (!code) return invalid_argument("the name is not UTF-8; write it in plain letters");
    if (obeyed(*code)) return invalid_argument("the name holds a control character or line break; leave it out");
    if (*code == ',') return invalid_argument("the name '" + name + "' holds a comma; leave it out");
  }
  return {};
}

}  // namespace pitlane
