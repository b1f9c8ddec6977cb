#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/file_set.h"
#include "pitlane/report/report.h"

namespace pitlane {
namespace fs = std::filesystem;

Status write_reports(const TuneResult& result, const fs::path& directory) {
  PITLANE_TRY(std::string page, html_report(result));
  PITLANE_TRY_STATUS(make_writable_directory(directory));
  return write_texts({{directory / "report.html", std::move(page)},
                      {directory / "results.csv", csv_report(result)},
                      {directory / "laps.csv", laps_csv(result)},
                      {directory / "results.json", json_report(result)},
                      {directory / "results.md", markdown_report(result)}});
}

}  // namespace pitlane
