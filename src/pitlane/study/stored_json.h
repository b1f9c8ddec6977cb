// How values stand in the JSON that the store keeps: every double bit for bit, every read checked.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/study/json_cursor.h"

namespace pitlane {

using Json = nlohmann::ordered_json;

/// JSON has no word for numbers that are not finite: they are "nan", "inf", "-inf".
Json real(double value);
Json reals(const std::vector<double>& values);
std::vector<double> read_reals(const JsonCursor& at);
std::vector<std::string> read_texts(const JsonCursor& at);

template <typename Item, typename Write>
Json list(const std::vector<Item>& items, Write write) {
  Json out = Json::array();
  for (const Item& item : items) out.push_back(write(item));
  return out;
}

/// One line; bytes that are not UTF-8 become U+FFFD.
std::string stored_text(const Json& json);

/// Errors: not JSON; the first thing that `read` found wrong, with its place.
template <typename T>
Result<T> from_stored_text(std::string_view text, T (*read)(const JsonCursor&)) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  if (document.is_discarded()) return corrupt("stored results: not JSON, or cut short; delete them and run again");
  std::optional<Error> error;
  T out = read(JsonCursor(document, error));
  if (error) return error->in("stored results");
  return out;
}

}  // namespace pitlane
