#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/report/report.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

using Document = std::pair<const char*, std::string>;  // file name, content

fs::path pending(const fs::path& directory, const char* name) { return directory / ("." + std::string(name) + ".new"); }

Status write_pending(const fs::path& directory, const std::vector<Document>& documents) {
  for (const auto& [name, content] : documents) PITLANE_TRY_STATUS(write_text(pending(directory, name), content));
  return {};
}

// All bytes are on the disk by now: what is left are renames within one directory.
Status publish(const fs::path& directory, const std::vector<Document>& documents) {
  for (const auto& [name, content] : documents) {
    std::error_code code;
    fs::rename(pending(directory, name), directory / name, code);
    if (code) return io_error((directory / name).string() + ": cannot create: " + code.message());
  }
  return {};
}

}  // namespace

Status write_reports(const TuneResult& result, const fs::path& directory) {
  PITLANE_TRY(std::string page, html_report(result));
  const std::vector<Document> documents{{"report.html", std::move(page)},
                                        {"results.csv", csv_report(result)},
                                        {"laps.csv", laps_csv(result)},
                                        {"results.json", json_report(result)},
                                        {"results.md", markdown_report(result)}};
  PITLANE_TRY_STATUS(make_writable_directory(directory));
  Status status = write_pending(directory, documents);
  if (status.ok()) status = publish(directory, documents);
  for (const auto& [name, content] : documents) {
    std::error_code ignored;
    fs::remove(pending(directory, name), ignored);
  }
  return status;
}

}  // namespace pitlane
