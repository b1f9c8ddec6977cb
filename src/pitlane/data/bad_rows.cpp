#include "pitlane/data/bad_rows.h"

#include "pitlane/core/printable.h"

namespace pitlane {
namespace {
constexpr std::size_t kKept = 1000;
constexpr std::size_t kQuoted = 3;
}  // namespace

void BadRows::add(std::int64_t line, std::string_view what) { add_at(line, file_ + ":" + std::to_string(line), what); }

void BadRows::add_at(std::int64_t row, std::string_view place, std::string_view what) {
  lines_.insert(row);
  if (messages_.size() == kKept) {
    ++more_;
  } else {
    messages_.push_back(std::string(place) + ": " + std::string(what));
  }
}

std::vector<std::string> BadRows::messages() const {
  std::vector<std::string> all = messages_;
  if (more_ > 0) all.push_back(file_ + ": " + std::to_string(more_) + " more");
  return all;
}

Status BadRows::check(std::int64_t rows, std::int64_t known) const {
  const std::int64_t bad = count() + known;
  if (bad * 10 <= rows) return {};
  std::string text = file_ + ": " + std::to_string(bad) + " of " + std::to_string(rows) +
                     " rows are bad, more than a tenth; mend or remove them: ";
  for (std::size_t i = 0; i < std::min(kQuoted, messages_.size()); ++i) text += (i > 0 ? "; " : "") + messages_[i];
  if (messages_.size() > kQuoted) text += "; ...";
  return corrupt(text);
}

std::string shown(std::string_view text) { return "'" + printable_name(text) + "'"; }

}  // namespace pitlane
