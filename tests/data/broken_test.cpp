// The folder broken/: small recordings that must end in one clear line, which stands in the expected.txt of each.
#include "made_up_recording.h"
#include "pitlane/core/file.h"
#include "pitlane/data/recording.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

TEST(BrokenRecordings, EachEndsInTheLineThatIsExpected) {
  int tried = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(PITLANE_SOURCE_DIR) / "tests/data/broken")) {
    SCOPED_TRACE(entry.path().filename().string());
    const auto expected = read_text(entry.path() / "expected.txt");
    ASSERT_TRUE(expected) << expected.error().message();
    const auto recording = open_recording(entry.path());
    ASSERT_FALSE(recording);
    EXPECT_THAT(recording.error().message(), ::testing::HasSubstr(expected->substr(0, expected->find('\n'))));
    EXPECT_EQ(recording.error().message().find('\n'), std::string::npos);
    ++tried;
  }
  EXPECT_GE(tried, 14);
}

}  // namespace
}  // namespace pitlane
