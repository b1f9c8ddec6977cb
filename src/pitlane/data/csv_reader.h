// Comma-separated values as data loggers write them, strictly, with line numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitlane {

struct CsvRow {
  std::int64_t line = 0;  ///< from 1
  std::vector<std::string> fields;
  std::string problem;  ///< why the line is malformed; then `fields` is empty
};

/// RFC 4180 but for one thing: a quoted field ends on its own line, so that one stray quote cannot swallow the
/// rest of a file. LF or CRLF; a byte order mark and blank lines are skipped; spaces around fields that are not
/// quoted are dropped.
class CsvReader {
 public:
  /// `text` must outlive the reader.
  explicit CsvReader(std::string_view text);

  /// False at the end.
  bool next(CsvRow& row);

 private:
  std::string_view rest_;
  std::int64_t line_ = 0;
};

/// A whole field as a finite number: decimal or exponent form, spaces around and a leading plus allowed.
std::optional<double> parse_number(std::string_view text);

/// Without the spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace pitlane
