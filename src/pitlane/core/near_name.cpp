#include "pitlane/core/near_name.h"

#include <algorithm>
#include <numeric>

namespace pitlane {
namespace {

// Levenshtein's distance with a swap of neighbours as one step (Damerau, 1964; restricted form).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> near_name(std::string_view word, const std::vector<std::string>& known) {
  std::optional<std::string> nearest;
  std::size_t fewest = 0;
  for (const std::string& name : known) {
    const std::size_t steps = distance(word, name);
    if (steps > 1 + name.size() / 4 || (nearest && steps >= fewest)) continue;
    nearest = name;
    fewest = steps;
  }
  return nearest;
}

}  // namespace pitlane
