#include "pitlane/cli/tune_text.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>

#include "pitlane/cli/tune_auto.h"
#include "pitlane/report/report.h"

namespace pitlane::cli {
namespace {

constexpr double kMegabyte = 1e6;

}  // namespace

RowFn row_printer(ProgressBar& bar) {
  return [&bar](const StrategyRow& row, bool resumed) {
    bar.clear();
    if (row.failure)
      std::fprintf(stderr, "%-16s %s: %s\n", row.strategy.c_str(), row.inapplicable ? "does not apply" : "failed",
                   row.failure->c_str());
    else
      std::fprintf(stderr, "%-16s done%s: %.3f MB, MSE %.5f, laps %zu of %zu\n", row.strategy.c_str(),
                   resumed ? " by an earlier run" : "", static_cast<double>(row.size_bytes) / kMegabyte,
                   row.accuracy ? row.accuracy->mse : 0.0,
                   static_cast<std::size_t>(std::count_if(row.laps.begin(), row.laps.end(),
                                                          [](const LapRow& lap) { return lap.result.completed; })),
                   row.laps.size());
    if (!row.failure && !row.standing.empty())
      std::fprintf(stderr, "%-16s under the budget %s\n", "", row.standing.c_str());
  };
}

void print_outcome(const TuneResult& result, const TuneFlags& flags) {
  const std::filesystem::path& out = flags.tune.out;
  std::printf("%s\n", text_table(result).c_str());
  if (!flags.auto_budget.empty()) std::printf("%s\n", front_text(result).c_str());
  for (const std::string& note : result.notes) std::printf("Note: %s\n", note.c_str());
  if (result.recommendation.strategy)
    std::printf("\nRecommended: %s\n", result.recommendation.strategy->c_str());
  else
    std::printf("\nNothing to recommend.\n");
  for (const std::string& reason : result.recommendation.reasons) std::printf("  %s\n", reason.c_str());
  std::printf("\nReport: %s\n", (out / "report.html").c_str());
}

}  // namespace pitlane::cli
