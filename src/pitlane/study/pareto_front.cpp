#include "pitlane/study/pareto_front.h"

#include <algorithm>

namespace pitlane {
namespace {

bool beats(const StrategyRow& a, const StrategyRow& b) {
  const double mse_a = a.accuracy->mse, mse_b = b.accuracy->mse;
  return a.latency_ms.p50 <= b.latency_ms.p50 && a.size_bytes <= b.size_bytes && mse_a <= mse_b &&
         (a.latency_ms.p50 < b.latency_ms.p50 || a.size_bytes < b.size_bytes || mse_a < mse_b);
}

}  // namespace

bool loses_laps(const StrategyRow& row, const StrategyRow& baseline) {
  if (row.laps.size() != baseline.laps.size()) return false;
  for (std::size_t i = 0; i < row.laps.size(); ++i)
    if (baseline.laps[i].result.completed && !row.laps[i].result.completed) return true;
  return false;
}

std::vector<std::size_t> pareto_front(const TuneResult& result) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const StrategyRow& row = result.rows[i];
    if (!row.failure && row.accuracy && row.latency_ms.runs > 0 && !loses_laps(row, result.rows.front()))
      candidates.push_back(i);
  }
  std::vector<std::size_t> front;
  for (const std::size_t i : candidates)
    if (std::ranges::none_of(candidates, [&](std::size_t k) { return beats(result.rows[k], result.rows[i]); }))
      front.push_back(i);
  std::ranges::stable_sort(front, {}, [&](std::size_t i) { return result.rows[i].latency_ms.p50; });
  return front;
}

}  // namespace pitlane
