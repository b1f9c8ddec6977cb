#include "pitlane/core/printable.h"

#include <optional>

#include "pitlane/core/utf8.h"

namespace pitlane {
namespace {

constexpr const char* kMore = "…";

char in_place_of(std::uint32_t code) { return code == '\t' || code == '\n' || code == '\r' ? ' ' : '?'; }

/// Bytes of the first `count` characters; a byte that belongs to no character counts as one.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::string_view rest = text;
  for (; count > 0 && !rest.empty(); --count)
    if (!take_character(rest)) rest.remove_prefix(1);
  return text.size() - rest.size();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    if (const std::optional<std::uint32_t> code = take_character(text)) {
      if (is_obeyed(*code))
        out += in_place_of(*code);
      else
        out += before.substr(0, before.size() - text.size());
      continue;
    }
    const auto byte = static_cast<unsigned char>(text.front());
    out += byte < 0xA0 ? '?' : text.front();
    text.remove_prefix(1);
  }
  return out;
}

std::string printable_name(std::string_view name, std::size_t most) {
  const std::size_t bytes = bytes_of(name, most);
  return printable(name.substr(0, bytes)) + (bytes < name.size() ? kMore : "");
}

std::string printable_message(std::string_view message, std::size_t most) {
  if (message.size() <= most) return printable(message);
  const std::size_t begin = bytes_of(message, most - most / 4);
  std::string_view end = message.substr(begin);
  if (bytes_of(end, most / 4) == end.size()) return printable(message);
  end = end.substr(end.size() - most / 4);
  // Not from the middle of a character.
  while (!end.empty() && (static_cast<unsigned char>(end.front()) & 0xC0U) == 0x80U) end.remove_prefix(1);
  return printable(message.substr(0, begin)) + " " + kMore + " " + printable(end);
}

}  // namespace pitlane
