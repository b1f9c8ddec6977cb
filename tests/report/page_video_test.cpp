#include "pitlane/report/page_video.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pitlane/report/drive_summary.h"
#include "pitlane/report/report.h"
#include "sample_drives.h"
#include "sample_result.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::byte> bytes(const std::string& text) {
  const auto* const data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

PageVideos one_video() {
  PageVideos videos;
  videos.videos.push_back({"a <b> beside c", "12 s & more", 960, 540, bytes("foob")});
  return videos;
}

// RFC 4648, section 10.
TEST(Base64, IsThatOfItsStandard) {
  EXPECT_EQ(base64({}), "");
  EXPECT_EQ(base64(bytes("f")), "Zg==");
  EXPECT_EQ(base64(bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64(bytes("\xFB\xFF\xFE")), "+//+");
}

TEST(VideosSection, HoldsTheFileItselfAndTextsAreNoMarkup) {
  const std::string html = videos_section(one_video());
  EXPECT_THAT(html, AllOf(HasSubstr("src=\"data:video/mp4;base64,Zm9vYg==\""), HasSubstr("<video controls"),
                          HasSubstr("width=\"960\" height=\"540\""), HasSubstr("a &lt;b&gt; beside c"),
                          HasSubstr("12 s &amp; more"), Not(HasSubstr("<b>"))));
}

TEST(VideosSection, SaysWhyThereIsNone) {
  EXPECT_EQ(videos_section({}), "");
  EXPECT_THAT(videos_section({{}, "no <encoder> here"}), HasSubstr("No video: no &lt;encoder&gt; here."));
}

TEST(VideosSection, StandsInThePages) {
  EXPECT_THAT(*html_report(sample_result(), one_video()), HasSubstr("base64,Zm9vYg=="));
  EXPECT_THAT(*html_report(sample_result()), Not(HasSubstr("id=\"videos\"")));
  const auto as_it_is = [](const std::string& model) { return model; };
  EXPECT_THAT(drive_page(sample_drives(), sample_origin(), as_it_is, one_video()), HasSubstr("base64,Zm9vYg=="));
}

}  // namespace
}  // namespace pitlane
