#include "pitlane/video/film.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "decoded.h"
#include "made_up_drive.h"
#include "needs_encoder.h"
#include "pitlane/video/pane.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

class FilmTest : public NeedsEncoder {};

constexpr FilmOptions kSmall{.height = 180, .quality = 18};

double brightness(const cv::Mat& frame, std::size_t drive) {
  return cv::mean(frame(pane_layouts(2, frame.size())[drive].camera))[1];
}

TEST_F(FilmTest, LastsAsLongAsTheDriveAndAMoment) {
  const FilmedDrive drive = quarter_circle(2);
  const auto film = make_film({{{&drive}}}, kSmall);
  ASSERT_TRUE(film.ok()) << film.error().message();
  EXPECT_EQ(film->width, 320);
  EXPECT_EQ(film->height, 180);
  EXPECT_EQ(film->frames, 70) << "2 s and 1.5 s";
  EXPECT_DOUBLE_EQ(film->duration_s, 3.5);
  const Decoded seen = decoded(film->mp4);
  EXPECT_EQ(seen.frames.size(), 70U);
  EXPECT_EQ(seen.frames[0].size(), cv::Size(320, 180));
  // The picture of the camera, through 4:2:0 and back.
  const cv::Rect camera = pane_layouts(1, {320, 180})[0].camera;
  const cv::Scalar colour = cv::mean(seen.frames[20](camera));
  EXPECT_NEAR(colour[0], 40, 5);
  EXPECT_NEAR(colour[1], 160, 5);
  EXPECT_NEAR(colour[2], 90, 5);
}

TEST_F(FilmTest, TwoDriveInLockStepAndWhoEndsEarlierWaits) {
  const FilmedDrive lost = quarter_circle(1), whole = quarter_circle(2, 0, EpisodeEnd::kCompleted);
  const auto film = make_film({{{&lost, &whole}}}, kSmall);
  ASSERT_TRUE(film.ok()) << film.error().message();
  EXPECT_EQ(film->frames, 70) << "as long as the longer one";
  const Decoded seen = decoded(film->mp4);
  ASSERT_EQ(seen.frames.size(), 70U);
  const double bright = brightness(seen.frames[10], 0);
  EXPECT_NEAR(brightness(seen.frames[10], 1), bright, 3);
  EXPECT_LT(brightness(seen.frames[30], 0), 0.7 * bright) << "ended after a second";
  EXPECT_NEAR(brightness(seen.frames[30], 1), bright, 3) << "drives on";
  EXPECT_LT(brightness(seen.frames[60], 1), 0.7 * bright);
}

TEST_F(FilmTest, ScenesFollowEachOther) {
  const FilmedDrive a = quarter_circle(1), b = quarter_circle(0.5);
  const auto film = make_film({{{&a}}, {{&a, &b}}}, kSmall);
  ASSERT_TRUE(film.ok());
  EXPECT_EQ(film->frames, 50 + 50);
  EXPECT_EQ(decoded(film->mp4).frames.size(), 100U);
}

TEST_F(FilmTest, SameDrivesSameBytes) {
  const FilmedDrive drive = quarter_circle(2);
  EXPECT_EQ(make_film({{{&drive}}}, kSmall)->mp4, make_film({{{&drive}}}, kSmall)->mp4);
}

TEST_F(FilmTest, FewerFramesAndOnlyTheBeginning) {
  const FilmedDrive drive = quarter_circle(8);
  FilmOptions options = kSmall;
  options.frames_per_second = 10;
  options.longest_s = 3;
  const auto film = make_film({{{&drive}}}, options);
  ASSERT_TRUE(film.ok());
  EXPECT_EQ(film->frames, 30);
  EXPECT_DOUBLE_EQ(film->duration_s, 3);
}

TEST_F(FilmTest, AsksForTheFramesOfThePosesAndInOrder) {
  FilmedDrive drive = quarter_circle(1);
  std::vector<double> times;
  drive.open_frames = [&times]() -> Result<FrameFn> {
    PITLANE_TRY(FrameFn frames, one_colour(1, 2, 3)());
    return FrameFn([&times, frames](double time_s, const Pose& pose) {
      times.push_back(time_s);
      EXPECT_NEAR(pose.y_m, kRadius_m * std::sin(std::numbers::pi / 2 * time_s), 1e-9);
      return frames(time_s, pose);
    });
  };
  ASSERT_TRUE(make_film({{{&drive}}}, kSmall).ok());
  ASSERT_EQ(times.size(), 21U) << "each once; the last one stays";
  for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], 0.05 * static_cast<double>(i), 1e-9);
}

TEST_F(FilmTest, ProgressCountsFramesAndStops) {
  const FilmedDrive drive = quarter_circle(1);
  std::vector<Progress> told;
  const auto stopped = make_film({{{&drive}}}, kSmall, [&](const Progress& progress) {
    told.push_back(progress);
    return told.size() < 10;
  });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind(), ErrorKind::kInterrupted);
  ASSERT_EQ(told.size(), 10U);
  EXPECT_EQ(told.back().stage, "video");
  EXPECT_EQ(told.back().done, 9);
  EXPECT_EQ(told.back().total, 50);
}

TEST_F(FilmTest, WhatCannotBeShownIsSaid) {
  const auto said = [](const std::vector<FilmScene>& scenes, const FilmOptions& options) {
    const auto film = make_film(scenes, options);
    return film.ok() ? "" : film.error().message();
  };
  FilmedDrive drive = quarter_circle(1);
  EXPECT_EQ(said({}, kSmall), "a video needs a drive to show");
  EXPECT_EQ(said({{}}, kSmall), "a video shows one drive or two side by side, not 0");
  EXPECT_EQ(said({{{&drive, &drive, &drive}}}, kSmall), "a video shows one drive or two side by side, not 3");
  EXPECT_EQ(said({{{&drive}}}, {.height = 181}), "a video is an even number of pixels high, from 180 to 2160, not 181");
  drive.open_frames = []() -> Result<FrameFn> { return unsupported("no camera here"); };
  EXPECT_EQ(said({{{&drive}}}, kSmall), "no camera here");
  drive.result.trajectory.clear();
  EXPECT_EQ(said({{{&drive}}}, kSmall), "made-up.pit: has no trajectory to be shown");
}

}  // namespace
}  // namespace pitlane
