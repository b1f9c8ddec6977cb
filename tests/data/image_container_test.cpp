#include "pitlane/data/image_container.h"

#include "made_up_recording.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

std::vector<std::byte> encoded(const char* extension, int width, int height, const std::vector<int>& options = {}) {
  std::vector<unsigned char> bytes;
  cv::imencode(extension, MadeUpRecording::picture(width, height, 3), bytes, options);
  std::vector<std::byte> out;
  for (const unsigned char byte : bytes) out.push_back(std::byte{byte});
  return out;
}

std::string fault(std::span<const std::byte> bytes) {
  const auto size = inspect_image(bytes);
  return size ? "fine" : size.error().message();
}

TEST(InspectImage, SizesOfWholePictures) {
  EXPECT_EQ(*inspect_image(encoded(".png", 17, 5)), (ImageSize{17, 5}));
  EXPECT_EQ(*inspect_image(encoded(".jpg", 33, 19)), (ImageSize{33, 19}));
  EXPECT_EQ(*inspect_image(encoded(".jpg", 33, 19, {cv::IMWRITE_JPEG_PROGRESSIVE, 1})), (ImageSize{33, 19}));
  EXPECT_EQ(*inspect_image(encoded(".jpg", 64, 64, {cv::IMWRITE_JPEG_RST_INTERVAL, 1})), (ImageSize{64, 64}));
}

TEST(InspectImage, EveryCutIsNoticed) {
  for (const auto& whole :
       {encoded(".png", 17, 5), encoded(".jpg", 40, 30), encoded(".jpg", 40, 30, {cv::IMWRITE_JPEG_PROGRESSIVE, 1})}) {
    for (std::size_t kept = 0; kept < whole.size(); ++kept)
      ASSERT_NE(fault(std::span(whole).first(kept)), "fine") << kept << " of " << whole.size() << " bytes";
    EXPECT_THAT(fault(std::span(whole).first(whole.size() - 1)), HasSubstr("truncated"));
    EXPECT_THAT(fault(std::span(whole).first(whole.size() / 2)), HasSubstr("truncated"));
  }
}

TEST(InspectImage, ATailOfZerosAfterAPowerFailureIsNoticed) {
  auto bytes = encoded(".jpg", 200, 100);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), bytes.end(), std::byte{0});
  EXPECT_THAT(fault(bytes), HasSubstr("truncated JPEG"));
}

TEST(InspectImage, BytesAfterTheEndAreAllowed) {
  for (const char* extension : {".png", ".jpg"}) {
    auto bytes = encoded(extension, 8, 8);
    bytes.resize(bytes.size() + 100);
    EXPECT_EQ(fault(bytes), "fine") << extension;
  }
}

TEST(InspectImage, AnnouncedSizesAreBounded) {
  auto bytes = encoded(".png", 8, 8);
  bytes[16] = std::byte{0x7F};  // width 0x7F000008
  EXPECT_THAT(fault(bytes), HasSubstr("size 2130706440x8 is not believable"));
  bytes = encoded(".png", 8, 8);
  for (const std::size_t i : {18U, 22U}) bytes[i] = std::byte{0x3F};  // 16136x16136: each side fits, the area does not
  EXPECT_THAT(fault(bytes), HasSubstr("not believable"));
  bytes = encoded(".png", 8, 8);
  bytes[19] = std::byte{0};
  EXPECT_THAT(fault(bytes), HasSubstr("size 0x8"));
}

TEST(InspectImage, OtherFilesAreRefused) {
  EXPECT_THAT(fault(std::span<const std::byte>()), HasSubstr("0 bytes"));
  const std::string text = "<html>not found</html>";
  EXPECT_THAT(fault(std::as_bytes(std::span(text))), HasSubstr("neither PNG nor JPEG"));
}

}  // namespace
}  // namespace pitlane
