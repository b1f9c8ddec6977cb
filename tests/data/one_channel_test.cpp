// One channel of pictures of network size is what a robot makes of the camera's frames.
#include "pitlane/data/one_channel.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/driver/preprocess.h"

namespace pitlane {
namespace {

class OneChannelPictures : public ::testing::TestWithParam<PixelFormat> {};

TEST_P(OneChannelPictures, AreThoseOfTheResizer) {
  for (const PixelFormat format : {PixelFormat::kRgb, PixelFormat::kBgr}) {
    Preprocessing coloured;
    coloured.source_width = 61;
    coloured.source_height = 40;
    coloured.crop = {3, 11, 55, 27};
    coloured.width = 21;
    coloured.height = 9;
    coloured.format = format;
    Preprocessing one = coloured;
    one.format = GetParam();
    one.scale = {1};
    one.offset = {0};
    ASSERT_TRUE(is_one_channel_of(one, coloured));
    Random random(7);
    std::vector<std::uint8_t> frame(std::size_t{61} * 40 * 3);
    for (auto& byte : frame) byte = static_cast<std::uint8_t>(random.index(256));
    const ImageView view{frame.data(), 61, 40, 183, PixelFormat::kBgr};
    Dataset seen;
    seen.width = 21;
    seen.height = 9;
    seen.channels = 3;
    seen.session = {4};
    seen.row = {2};
    seen.side_camera = {0};
    seen.pictures.resize(seen.picture_bytes());
    ASSERT_TRUE(FrameResizer::create(coloured)->run(view, seen.pictures));
    std::vector<std::uint8_t> expected(std::size_t{21} * 9);
    ASSERT_TRUE(FrameResizer::create(one)->run(view, expected));
    const Dataset made = in_one_channel(seen, format, GetParam());
    EXPECT_EQ(made.pictures, expected);
    EXPECT_EQ(made.channels, 1);
    EXPECT_EQ(made.session, seen.session);
    EXPECT_NE(made.hash, seen.hash);
  }
}

INSTANTIATE_TEST_SUITE_P(Channels, OneChannelPictures,
                         ::testing::Values(PixelFormat::kGrey, PixelFormat::kRed, PixelFormat::kGreen,
                                           PixelFormat::kBlue),
                         [](const auto& of) { return std::string(to_string(of.param)); });

TEST(OneChannel, OtherPixelsAreOtherPictures) {
  const Preprocessing coloured;
  Preprocessing grey = coloured;
  EXPECT_FALSE(is_one_channel_of(grey, coloured));
  grey.format = PixelFormat::kGrey;
  EXPECT_TRUE(is_one_channel_of(grey, coloured));
  EXPECT_FALSE(is_one_channel_of(grey, grey));
  EXPECT_FALSE(is_one_channel_of(coloured, grey)) << "colour cannot be invented";
  for (int Preprocessing::*size : {&Preprocessing::width, &Preprocessing::height, &Preprocessing::source_width}) {
    Preprocessing other = grey;
    other.*size += 1;
    EXPECT_FALSE(is_one_channel_of(other, coloured));
  }
}

}  // namespace
}  // namespace pitlane
