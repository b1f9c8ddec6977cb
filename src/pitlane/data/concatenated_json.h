// Text that is one flat JSON object after another, as loggers make that append to a file.
#pragma once

#include <cstdint>
#include <string_view>

namespace pitlane {

struct JsonPiece {
  std::int64_t number = 0;  ///< from 1
  std::string_view text;    ///< from brace to brace; without its closing brace if the object is cut off
};

/// Finds where objects begin and end; does not parse them. Label objects hold numbers under plain names, so every
/// opening brace starts an object: one that lost its end is one bad object and the count of the others, which
/// pairs them with images, stays right. Commas, brackets and anything else between objects is passed over, so a
/// list of objects reads the same way.
class ConcatenatedJson {
 public:
  /// `text` must outlive the reader.
  explicit ConcatenatedJson(std::string_view text) : rest_(text) {}

  /// False at the end.
  bool next(JsonPiece& piece);

 private:
  std::string_view rest_;
  std::int64_t number_ = 0;
};

}  // namespace pitlane
