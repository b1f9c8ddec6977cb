// JSON from a file, without what a hostile one could do to memory.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace pitlane {

/// Discarded (is_object() and all others false) where `text` is no JSON. Whatever is nested deeper than index files of
/// recordings ever are is left out: a line of a million brackets must not become a million lists.
inline nlohmann::json parse_bounded_json(std::string_view text) {
  constexpr int kDeepest = 8;
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) { return depth <= kDeepest; };
  return nlohmann::json::parse(text, shallow, /*allow_exceptions=*/false);
}

}  // namespace pitlane
