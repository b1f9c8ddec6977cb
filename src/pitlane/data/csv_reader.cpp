#include "pitlane/data/csv_reader.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace pitlane {
namespace {

// No logger writes so many columns; a line made of commas must not fill the memory.
constexpr std::size_t kMaxFields = 256;

/// Takes a quoted field, `text` standing on its opening quote. False if it is not closed.
bool take_quoted(std::string_view& text, std::string& field) {
  text.remove_prefix(1);
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '"') {
      field += c;
    } else if (!text.empty() && text.front() == '"') {
      field += '"';
      text.remove_prefix(1);
    } else {
      return true;
    }
  }
  return false;
}

/// Takes one field, `text` standing on its first character. Returns what is wrong with it, or nothing.
std::string_view take_field(std::string_view& text, std::string& field) {
  const std::string_view start = trimmed(text);
  if (!start.empty() && start.front() == '"') {
    text.remove_prefix(text.find('"'));
    if (!take_quoted(text, field)) return "quote that is not closed on its line";
    const std::size_t end = text.find(',');
    if (!trimmed(text.substr(0, end)).empty()) return "text after a closing quote";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
    return {};
  }
  const std::size_t end = std::min(text.find(','), text.size());
  field = trimmed(text.substr(0, end));
  if (field.find('"') != std::string::npos) return "quote inside a field that is not quoted";
  text.remove_prefix(end);
  return {};
}

void split(std::string_view text, CsvRow& row) {
  while (true) {
    std::string field;
    row.problem = take_field(text, field);
    if (row.problem.empty() && row.fields.size() == kMaxFields) row.problem = "more than 256 fields";
    if (!row.problem.empty()) {
      row.fields.clear();
      return;
    }
    row.fields.push_back(std::move(field));
    if (text.empty()) return;
    text.remove_prefix(1);  // the comma
  }
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

bool CsvReader::next(CsvRow& row) {
  row = {};
  while (!rest_.empty()) {
    ++line_;
    const std::size_t end = rest_.find('\n');
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (trimmed(text).empty()) continue;
    row.line = line_;
    split(text, row);
    return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> parse_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace pitlane
