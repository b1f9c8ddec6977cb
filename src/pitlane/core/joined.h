// Several words as part of a sentence.
#pragma once

#include <string>
#include <vector>

namespace pitlane {

/// "pitlane, udacity, tub"
inline std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace pitlane
