// Text line by line.
#pragma once

#include <cstdint>
#include <string_view>

namespace pitlane {

struct TextLine {
  std::int64_t number = 0;  ///< from 1
  std::string_view text;    ///< without its LF or CRLF
};

class LineReader {
 public:
  /// `text` must outlive the reader.
  explicit LineReader(std::string_view text) : rest_(text) {}

  /// False at the end.
  bool next(TextLine& line) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line = {++number_, rest_.substr(0, end)};
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return true;
  }

 private:
  std::string_view rest_;
  std::int64_t number_ = 0;
};

}  // namespace pitlane
