// Walks a parsed JSON document that may be anything; the first thing that is not as expected is kept with its place.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// A node and how it was reached. Reading a wrong node gives a default value and notes the error once; callers read
/// everything and ask for the error at the end.
class JsonCursor {
 public:
  JsonCursor(const nlohmann::json& node, std::optional<Error>& error) : JsonCursor(&node, "", error) {}

  [[nodiscard]] JsonCursor operator[](const char* key) const;
  [[nodiscard]] bool has(const char* key) const;

  [[nodiscard]] double number() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool boolean() const;
  template <typename Integer>
  [[nodiscard]] Integer integer() const;

  /// `read(JsonCursor)` for every element of an array.
  template <typename Read>
  [[nodiscard]] auto list(Read read) const -> std::vector<decltype(read(std::declval<JsonCursor>()))>;
  /// Exactly `count` numbers.
  [[nodiscard]] std::vector<double> numbers(std::size_t count) const;
  /// Every name and node of an object.
  template <typename Visit>
  void each_member(Visit visit) const;

  void fail(const std::string& what) const;

 private:
  JsonCursor(const nlohmann::json* node, std::string path, std::optional<Error>& error)
      : node_(node), path_(std::move(path)), error_(error) {}
  [[nodiscard]] JsonCursor element(std::size_t index) const;

  const nlohmann::json* node_;  // null: below a place that was already wrong
  std::string path_;
  std::optional<Error>& error_;
};

template <typename Integer>
Integer JsonCursor::integer() const {
  if (!node_) return 0;
  if (node_->is_number_unsigned()) {
    const auto value = node_->get<std::uint64_t>();
    if (std::in_range<Integer>(value)) return static_cast<Integer>(value);
  } else if (node_->is_number_integer()) {
    const auto value = node_->get<std::int64_t>();
    if (std::in_range<Integer>(value)) return static_cast<Integer>(value);
  }
  fail(std::numeric_limits<Integer>::is_signed ? "expected an integer" : "expected an unsigned integer");
  return 0;
}

template <typename Read>
auto JsonCursor::list(Read read) const -> std::vector<decltype(read(std::declval<JsonCursor>()))> {
  std::vector<decltype(read(std::declval<JsonCursor>()))> out;
  if (!node_) return out;
  if (!node_->is_array()) {
    fail("expected an array");
    return out;
  }
  out.reserve(node_->size());
  for (std::size_t i = 0; i < node_->size() && !error_; ++i) out.push_back(read(element(i)));
  return out;
}

template <typename Visit>
void JsonCursor::each_member(Visit visit) const {
  if (!node_) return;
  if (!node_->is_object()) {
    fail("expected an object");
    return;
  }
  for (const auto& [name, value] : node_->items()) visit(name, (*this)[name.c_str()]);
}

}  // namespace pitlane
