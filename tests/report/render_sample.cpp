// Writes the reports of the sample result into a directory, to look at them: render_sample DIR
#include <cstdio>

#include "pitlane/core/file.h"
#include "pitlane/report/drive_summary.h"
#include "pitlane/report/report.h"
#include "pitlane/report/study_report.h"
#include "pitlane/search/recommend.h"
#include "sample_drives.h"
#include "sample_result.h"
#include "sample_study.h"
#include "sample_video.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: render_sample DIR\n");
    return 2;
  }
  pitlane::TuneResult result = pitlane::sample_result();
  result.recommendation = pitlane::recommend(result);
  std::printf("%s", pitlane::text_table(result).c_str());
  pitlane::Status status = pitlane::write_reports(result, argv[1]);
  const auto as_it_is = [](const std::string& model) { return model; };
  const pitlane::PageVideos videos = pitlane::sample_video();
  if (status.ok())
    status = pitlane::write_text(std::string(argv[1]) + "/report.html", *pitlane::html_report(result, videos));
  if (status.ok())
    status =
        pitlane::write_text(std::string(argv[1]) + "/drives.html",
                            pitlane::drive_page(pitlane::sample_drives(), pitlane::sample_origin(), as_it_is, videos));
  if (status.ok())
    status =
        pitlane::write_text(std::string(argv[1]) + "/study.html",
                            pitlane::study_page(pitlane::sample_study(), "pitlane study run s.yaml --out results"));
  if (!status.ok()) std::fprintf(stderr, "render_sample: %s\n", status.error().message().c_str());
  return status.ok() ? 0 : 1;
}
