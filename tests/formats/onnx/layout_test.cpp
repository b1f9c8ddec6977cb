#include "pitlane/formats/onnx/layout.h"

#include <gtest/gtest.h>

#include <numeric>

namespace pitlane::onnx {
namespace {

/// What the tensor holds, element by element, when its value holds 0, 1, 2, ...
std::vector<int> contents(const Layout& layout) {
  const std::vector<std::int32_t> order = storage_order(layout);
  return {order.begin(), order.end()};
}

/// A naive tensor: {N, C, H, W} of numbers that say where they lie in {H, W, C}.
std::vector<int> channels_first(int height, int width, int channels) {
  std::vector<int> tensor;
  for (int c = 0; c < channels; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) tensor.push_back((y * width + x) * channels + c);
  return tensor;
}

TEST(Layout, FollowsPicturesThroughFlattening) {
  const Layout picture = stored_layout({1, 4, 2, 3}, {2, 3, 1});
  EXPECT_EQ(contents(picture), channels_first(2, 3, 4));
  EXPECT_TRUE(is_stored_as(picture, {2, 3, 1}));
  EXPECT_FALSE(is_stored_as(picture, {1, 2, 3}));
  const auto flat = reshaped(picture, {1, 24});
  ASSERT_TRUE(flat);
  EXPECT_EQ(contents(*flat), channels_first(2, 3, 4));
  const auto back = reshaped(*flat, {1, 4, 2, 3});
  ASSERT_TRUE(back);
  EXPECT_TRUE(is_stored_as(*back, {2, 3, 1}));
}

TEST(Layout, TransposingBackAndForthChangesNothing) {
  const Layout picture = stored_layout({1, 5, 2, 3}, {2, 3, 1});
  const Layout last = transposed(picture, {0, 2, 3, 1});
  EXPECT_EQ(last.dims(), (Shape{1, 2, 3, 5}));
  std::vector<int> counting(30);
  std::iota(counting.begin(), counting.end(), 0);
  EXPECT_EQ(contents(last), counting);
  EXPECT_TRUE(same_places(transposed(last, {0, 3, 1, 2}), picture));
  EXPECT_FALSE(same_places(last, picture));
}

TEST(Layout, CutsDimensionsWhereTheyDivide) {
  const Layout row = row_major_layout({1, 12});
  const auto cut = reshaped(row, {3, 4});
  ASSERT_TRUE(cut);
  EXPECT_EQ(contents(transposed(*cut, {1, 0})), (std::vector<int>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  // {4, 3} turned, as {6, 2}: 6 is no multiple of 4, so an atom would have to be cut unevenly.
  EXPECT_FALSE(reshaped(transposed(*cut, {1, 0}), {6, 2}));
}

TEST(Layout, SeesDimensionsAsViewsOfStorage) {
  const Layout picture = stored_layout({1, 5, 2, 3}, {2, 3, 1});
  const auto rows = view_axis(picture, 2), channels = view_axis(picture, 1);
  ASSERT_TRUE(rows && channels);
  EXPECT_EQ(rows->slower, 1);
  EXPECT_EQ(rows->axis, 2);
  EXPECT_EQ(rows->faster, 15);
  EXPECT_EQ(channels->slower, 6);
  EXPECT_EQ(channels->faster, 1);
  const auto flat = reshaped(picture, {1, 30});
  ASSERT_TRUE(flat);
  EXPECT_FALSE(view_axis(*flat, 1));
  EXPECT_EQ(find_suffix(picture, {1}), std::size_t{2});
  EXPECT_FALSE(find_suffix(picture, {2}));
}

TEST(Layout, FindsTheElementsOfAConstantForTheChannels) {
  // {1, 2, 2, 2} flattened; a constant for each element comes in the tensor's order and goes into storage's.
  const auto flat = reshaped(stored_layout({1, 2, 2, 2}, {2, 3, 1}), {1, 8});
  ASSERT_TRUE(flat);
  EXPECT_EQ(suffix_sources(*flat, 0, {8, 1}), (std::vector<std::int64_t>{0, 4, 1, 5, 2, 6, 3, 7}));
}

}  // namespace
}  // namespace pitlane::onnx
