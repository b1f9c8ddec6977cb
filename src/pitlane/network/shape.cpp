#include "pitlane/network/shape.h"

#include <algorithm>
#include <span>

namespace pitlane {

std::string to_string(const Shape& shape) {
  if (shape.empty()) return "scalar";
  constexpr std::size_t kShown = 8;  // a hostile file may have thousands
  std::string out;
  for (const std::int64_t d : std::span(shape).first(std::min(shape.size(), kShown)))
    out += (out.empty() ? "" : "x") + std::to_string(d);
  if (shape.size() > kShown) out += "x... (" + std::to_string(shape.size()) + " dimensions)";
  return out;
}

}  // namespace pitlane
