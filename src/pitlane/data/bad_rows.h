// Rows of a recording that cannot be used: counted, named, and too many are an error.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

class BadRows {
 public:
  /// `file`: the index file as messages name it, e.g. "data.csv".
  explicit BadRows(std::string file) : file_(std::move(file)) {}

  /// Notes "file:line: what". Several faults of one line count as one bad row.
  void add(std::int64_t line, std::string_view what);

  /// Rows with at least one fault.
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(lines_.size()); }
  /// The first thousand messages, in the order of `add`, and a line with the number of the others.
  [[nodiscard]] std::vector<std::string> messages() const;
  /// An error with the first few messages if these and the `known` bad ones are more than a tenth of `rows`.
  [[nodiscard]] Status check(std::int64_t rows, std::int64_t known = 0) const;

 private:
  std::string file_;
  std::set<std::int64_t> lines_;
  std::vector<std::string> messages_;
  std::int64_t more_ = 0;  // messages that were not kept
};

/// Text of a file as a message may show it: in quotes, without control characters, not longer than a line.
std::string shown(std::string_view text);

}  // namespace pitlane
