// JSON from a file, without what a hostile one could do to memory.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "pitlane/core/json_extent.h"

namespace pitlane {

/// Discarded (is_object() and all others false) where `text` is no JSON, or of more values than index files of
/// recordings ever have. Whatever is nested deeper than these ever are is left out: a line of a million brackets must
/// not become a million lists.
inline nlohmann::json parse_bounded_json(std::string_view text) {
  constexpr int kDeepest = 8;
  constexpr JsonLimits kMost{std::size_t{1} << 21, static_cast<std::size_t>(-1)};  // a tub may list a million records
  if (!check_json_extent(text, kMost).ok()) return nlohmann::json(nlohmann::json::value_t::discarded);
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) { return depth <= kDeepest; };
  return nlohmann::json::parse(text, shallow, /*allow_exceptions=*/false);
}

}  // namespace pitlane
