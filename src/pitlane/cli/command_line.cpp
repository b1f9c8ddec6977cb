#include "pitlane/cli/command_line.h"

#include <cctype>
#include <cstring>
#include <string_view>

namespace pitlane::cli {
namespace {

std::string& remembered() {
  static std::string text;
  return text;
}

}  // namespace

std::string shell_word(std::string_view argument) {
  bool plain = !argument.empty();
  for (const char c : argument)
    plain = plain && (std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("-_./:,=+%@", c) != nullptr);
  if (plain) return std::string(argument);
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void remember_command_line(int argc, char** argv) {
  remembered() = "pitlane";
  for (int i = 1; i < argc; ++i) remembered() += " " + shell_word(argv[i]);
}

const std::string& command_line() { return remembered(); }

}  // namespace pitlane::cli
