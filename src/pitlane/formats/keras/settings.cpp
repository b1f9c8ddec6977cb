#include "pitlane/formats/keras/settings.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace pitlane::keras {
namespace {

using nlohmann::json;

bool append_numbers(const json& value, std::vector<float>& numbers) {
  if (value.is_number()) {
    numbers.push_back(value.get<float>());
    return std::isfinite(numbers.back());
  }
  if (!value.is_array()) return false;
  // The depth of lists is bounded where the JSON is parsed.
  for (const json& element : value)
    if (!append_numbers(element, numbers)) return false;
  return true;
}

}  // namespace

std::optional<std::int64_t> whole_number(const json& value) {
  constexpr double kLargest = 2147483648.0;
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  if (!(std::abs(number) <= kLargest) || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

const json* Settings::find(Names names) const {
  if (!object_->is_object()) return nullptr;
  for (const char* name : names) {
    const auto found = object_->find(name);
    if (found != object_->end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

Error Settings::missing(Names names) const {
  return bad("the setting '" + std::string(*names.begin()) + "' is missing; save the model again");
}

Result<std::int64_t> Settings::integer(Names names, std::optional<std::int64_t> fallback) const {
  const json* value = find(names);
  if (value == nullptr && fallback) return *fallback;
  if (value == nullptr) return missing(names);
  const std::optional<std::int64_t> number = whole_number(*value);
  if (!number) return bad("'" + std::string(*names.begin()) + "' must be a whole number");
  return *number;
}

Result<std::int64_t> Settings::positive(Names names, std::optional<std::int64_t> fallback) const {
  PITLANE_TRY(const std::int64_t number, integer(names, fallback));
  if (number < 1) return bad("'" + std::string(*names.begin()) + "' must be at least 1");
  return number;
}

Result<float> Settings::number(Names names, std::optional<float> fallback) const {
  const json* value = find(names);
  if (value == nullptr && fallback) return *fallback;
  if (value == nullptr) return missing(names);
  // Keras 3 writes some numbers as arrays: {"class_name": "__numpy__", "config": {"value": 0.3}}.
  if (value->is_object() && value->contains("config") && (*value)["config"].is_object() &&
      (*value)["config"].contains("value"))
    value = &(*value)["config"]["value"];
  if (value->is_array() && value->size() == 1) value = &value->front();
  if (!value->is_number() || !std::isfinite(value->get<float>()))
    return bad("'" + std::string(*names.begin()) + "' must be a finite number");
  return value->get<float>();
}

Result<bool> Settings::flag(Names names, bool fallback) const {
  const json* value = find(names);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_number()) return value->get<double>() != 0;
  return bad("'" + std::string(*names.begin()) + "' must be true or false");
}

Result<std::string> Settings::text(Names names, std::optional<std::string> fallback) const {
  const json* value = find(names);
  if (value == nullptr && fallback) return *fallback;
  if (value == nullptr) return missing(names);
  if (!value->is_string()) return bad("'" + std::string(*names.begin()) + "' must be text");
  return value->get<std::string>();
}

Result<std::vector<std::int64_t>> Settings::integers(Names names, std::size_t count,
                                                     std::optional<std::int64_t> fallback) const {
  const json* value = find(names);
  if (value == nullptr && fallback) return std::vector<std::int64_t>(count, *fallback);
  if (value == nullptr) return missing(names);
  std::vector<std::int64_t> numbers;
  const Error wrong = bad("'" + std::string(*names.begin()) + "' must be " + std::to_string(count) + " whole numbers");
  if (!value->is_array()) {
    const auto number = whole_number(*value);
    if (!number) return wrong;
    return std::vector<std::int64_t>(count, *number);
  }
  if (value->size() != count) return wrong;
  for (const json& element : *value) {
    const auto number = whole_number(element);
    if (!number) return wrong;
    numbers.push_back(*number);
  }
  return numbers;
}

Result<std::vector<float>> Settings::numbers(Names names) const {
  const json* value = find(names);
  if (value == nullptr) return missing(names);
  // Arrays of Keras 3: {"class_name": "__numpy__", "config": {"value": [...], "dtype": "float32"}}.
  if (value->is_object() && value->contains("config") && (*value)["config"].is_object() &&
      (*value)["config"].contains("value"))
    value = &(*value)["config"]["value"];
  std::vector<float> numbers;
  if (!append_numbers(*value, numbers) || numbers.empty())
    return bad("'" + std::string(*names.begin()) + "' must be finite numbers");
  return numbers;
}

}  // namespace pitlane::keras
