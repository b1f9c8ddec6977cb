// Slow: a tub of ours, opened by the real donkeycar.
#include <cstdio>
#include <cstdlib>

#include "made_up_recording.h"
#include "pitlane/core/file.h"
#include "pitlane/data/convert_recording.h"

namespace pitlane {
namespace {

std::string python() {
  const char* folder = std::getenv("PITLANE_FRAMEWORKS");
  const std::string frameworks = folder != nullptr ? folder : PITLANE_SOURCE_DIR "/build/frameworks";
  return frameworks + "/bin/python";
}

TEST(Donkeycar, OpensATubOfOurs) {
  if (!std::filesystem::exists(python()))
    GTEST_SKIP() << python() << " is missing; scripts/install_frameworks makes it";
  const MadeUpRecording made;
  constexpr int kRows = 1010;  // two catalogs
  std::string log, expected = "1010 70-01-01_1\n";
  std::vector<std::string> lines;
  for (int i = 0; i < kRows; ++i) {
    char name[64], line[200];
    std::snprintf(name, sizeof name, "center_1970_01_01_00_%02d_%02d_%03d.jpg", i / 60 + (i >= 500 ? 10 : 0), i % 60,
                  i % 7);
    made.image(std::string("IMG/") + name, i);
    std::snprintf(line, sizeof line, "%s,,,%.4f,0.%03d,0,0\n", name, 0.001 * i - 0.5005, i % 900 + 100);
    log += line;
  }
  made.text("driving_log.csv", log);
  const auto recording = open_recording(made.path());
  ASSERT_TRUE(recording) << recording.error().message();
  const TemporaryDirectory folder;
  const auto converted = convert_recording(*recording, folder / "tub", {"tub", true, ""});
  ASSERT_TRUE(converted) << converted.error().message();
  const std::string out = (folder / "out.txt").string();
  const std::string command = python() + " -B " PITLANE_SOURCE_DIR "/tests/data/open_tub.py " +
                              (folder / "tub").string() + " > " + out + " 2> " + out + ".errors";
  const int outcome = std::system(command.c_str());
  const std::string printed = *read_text(out);
  if (WEXITSTATUS(outcome) == 77) GTEST_SKIP() << printed;
  ASSERT_EQ(outcome, 0) << *read_text(out + ".errors");
  for (int i = 0; i < kRows; ++i) {
    const RecordingRow& row = recording->rows[static_cast<std::size_t>(i)];
    char line[200];
    std::snprintf(line, sizeof line, "%d 70-01-01_%d %g %g %d_cam_image_array_.jpg %ju\n", i, i >= 500 ? 1 : 0,
                  row.labels[0], row.labels[1], i, static_cast<std::uintmax_t>(std::filesystem::file_size(row.image)));
    expected += line;
  }
  EXPECT_EQ(printed, expected);
}

}  // namespace
}  // namespace pitlane
