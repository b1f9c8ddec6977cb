// The settings of one Keras layer, read from JSON that anybody may have written: types and ranges are checked.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane::keras {

/// Names that one setting has had in the versions of Keras; the first is today's and stands in errors.
using Names = std::initializer_list<const char*>;

/// Errors say "Conv2D 'conv1': 'strides' ...". Null counts as absent.
class Settings {
 public:
  Settings(const nlohmann::json& object, std::string who) : object_(&object), who_(std::move(who)) {}

  [[nodiscard]] bool has(Names names) const { return find(names) != nullptr; }
  [[nodiscard]] const nlohmann::json* find(Names names) const;
  /// Whole numbers of at most 2^31 in size. Without a fallback the setting must be there.
  [[nodiscard]] Result<std::int64_t> integer(Names names, std::optional<std::int64_t> fallback = {}) const;
  /// At least 1.
  [[nodiscard]] Result<std::int64_t> positive(Names names, std::optional<std::int64_t> fallback = {}) const;
  [[nodiscard]] Result<float> number(Names names, std::optional<float> fallback = {}) const;
  [[nodiscard]] Result<bool> flag(Names names, bool fallback) const;
  [[nodiscard]] Result<std::string> text(Names names, std::optional<std::string> fallback = {}) const;
  /// A list of `count` whole numbers; one number stands for all.
  [[nodiscard]] Result<std::vector<std::int64_t>> integers(Names names, std::size_t count,
                                                           std::optional<std::int64_t> fallback = {}) const;
  /// A list of any length (nested lists are flattened) or one number.
  [[nodiscard]] Result<std::vector<float>> numbers(Names names) const;

  /// "Conv2D 'conv1'".
  [[nodiscard]] const std::string& who() const { return who_; }
  [[nodiscard]] Error bad(const std::string& what) const { return corrupt(who_ + ": " + what); }
  [[nodiscard]] Error cannot(const std::string& what) const { return unsupported(who_ + ": " + what); }

 private:
  [[nodiscard]] Error missing(Names names) const;
  const nlohmann::json* object_;
  std::string who_;
};

/// A whole number within +-2^31, also when written as 3.0.
std::optional<std::int64_t> whole_number(const nlohmann::json& value);

}  // namespace pitlane::keras
