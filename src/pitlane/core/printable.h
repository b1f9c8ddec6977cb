// Text that came from outside, as messages and tables show it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pitlane {

/// Characters of a name that a message shows.
inline constexpr std::size_t kShownCharacters = 80;

/// One line that a terminal shows and does not obey: of what is_obeyed, tabs and line breaks become spaces, the rest
/// '?'; so do bytes 0x80 to 0x9F that belong to no character, since terminals without UTF-8 obey them.
std::string printable(std::string_view text);

/// The same of a name that may be as long as a file: what is behind `most` characters becomes "…".
std::string printable_name(std::string_view name, std::size_t most = kShownCharacters);

/// The same of a whole message, which quotes what it complains about: of one that is longer than `most` characters the
/// beginning (what and where) and the end (the remedy) stay.
std::string printable_message(std::string_view message, std::size_t most = 4000);

}  // namespace pitlane
