#include "pitlane/cli/tune_folder.h"

#include <string>
#include <system_error>

#include "pitlane/core/file.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/report/report.h"

namespace pitlane::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWritten[] = {"report.html", "results.csv", "results.json",    "results.md",
                                    "laps.csv",    "auto.csv",    "recommended.pit", "networks"};
constexpr const char* kRecommended = "recommended.pit";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

bool is_empty_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && fs::is_empty(path, ignored);
}

}  // namespace

Status check_tune_folder(const fs::path& out, const fs::path& model, bool overwrite) {
  const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
  if (same_file(model, out / kRecommended) || same_file(folder, out / "networks"))
    return invalid_argument(model.string() + ": lies where tune writes its own networks (--out " + out.string() +
                            "); copy it elsewhere, or name another --out");
  // Who deletes the store to have all rows made anew leaves the folder of trainings.
  if (overwrite || is_there(out / "tune.db") || is_there(out / "fine-tuned")) return {};
  for (const char* name : kWritten)
    if (is_there(out / name) && !is_empty_folder(out / name))
      return invalid_argument("--out " + out.string() + ": holds " + name +
                              ", and no tune.db says that tune made it; name another directory, or say --overwrite to "
                              "replace it");
  return {};
}

Status write_tune_results(TuneResult& result, const fs::path& out) {
  const fs::path recommended = out / kRecommended;
  const bool contradicted = !result.recommendation.strategy && is_there(recommended);
  if (contradicted)
    result.notes.push_back("recommended.pit of an earlier run was removed: nothing is recommended any longer.");
  PITLANE_TRY_STATUS(write_reports(result, out));
  std::error_code ignored;
  if (contradicted) fs::remove(recommended, ignored);
  for (const StrategyRow& row : result.rows) {
    if (!result.recommendation.strategy || row.strategy != *result.recommendation.strategy) continue;
    PITLANE_TRY(const Network network, load_pit(out / row.file));
    if (content_hash(network) != row.network_hash)
      return corrupt((out / row.file).string() +
                     ": is another network than the one that was measured; run the same command again");
    return save_pit(network, recommended);
  }
  return {};
}

}  // namespace pitlane::cli
