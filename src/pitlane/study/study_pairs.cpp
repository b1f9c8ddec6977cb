#include "pitlane/study/study_pairs.h"

#include <algorithm>
#include <numeric>

namespace pitlane {

std::vector<double> holm_corrected(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> out(p_values.size());
  double largest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    largest = std::max(largest, std::min(1.0, p_values[order[k]] * static_cast<double>(order.size() - k)));
    out[order[k]] = largest;
  }
  return out;
}

std::vector<StudyPair> study_pairs(const StudyResult& result) {
  std::vector<StudyPair> pairs;
  for (std::size_t driver = 1; driver < result.grid.drivers.size(); ++driver)
    for (std::size_t other = 0; other < driver; ++other)
      pairs.push_back({driver, other, study_differences(result, driver, other), {}});
  for (std::size_t f = 0; f < kStudyFigures.size(); ++f) {
    std::vector<double> p_values;
    for (const StudyPair& pair : pairs)
      if (pair.figures[f].pairs > 0) p_values.push_back(pair.figures[f].p_value);
    const std::vector<double> corrected = holm_corrected(p_values);
    std::size_t at = 0;
    for (StudyPair& pair : pairs) pair.corrected_p[f] = pair.figures[f].pairs > 0 ? corrected[at++] : 1;
  }
  return pairs;
}

StudyComparisons compare_study(const StudyResult& result) {
  return {study_totals(result), study_conditions(result), study_courses(result), study_pairs(result)};
}

}  // namespace pitlane
