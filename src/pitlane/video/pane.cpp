#include "pitlane/video/pane.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "pitlane/video/gauges.h"
#include "pitlane/video/palette.h"
#include "pitlane/video/smooth_text.h"

namespace pitlane {
namespace {

constexpr int kReferenceHeight_px = 720;
constexpr int kTitle_px = 60, kPadding_px = 16;
constexpr double kAtOnce_s = 1e-6;  // times of points are sums

std::string number_text(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// With the side in words: no reader has to know which sign is left.
std::string sided_text(double value, const char* unit) {
  const char* const side = std::abs(value) < 0.005 ? "" : value > 0 ? " left" : " right";
  return number_text("%.2f", std::abs(value)) + " " + unit + side;
}

// The next multiple of half a power of ten.
double round_up(double value, double least) {
  if (!(value > least)) return least;
  const double step = std::pow(10.0, std::floor(std::log10(value))) / 2;
  return step * std::ceil(value / step - 1e-9);
}

// The largest rectangle of the picture's shape in the middle of `place`.
cv::Rect fitted(cv::Size picture, const cv::Rect& place) {
  const double scale =
      std::min(static_cast<double>(place.width) / picture.width, static_cast<double>(place.height) / picture.height);
  const int width = std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, place.width);
  const int height = std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, place.height);
  return {place.x + (place.width - width) / 2, place.y + (place.height - height) / 2, width, height};
}

std::string end_text(const EpisodeResult& result) {
  const std::string share = number_text("%.1f", result.percentage_completed) + " % driven";
  if (result.completed) return "lap time " + number_text("%.2f", result.lap_time_s) + " s";
  return "after " + number_text("%.2f", result.simulated_s) + " s, " + share;
}

}  // namespace

std::vector<PaneLayout> pane_layouts(std::size_t drives, cv::Size picture) {
  const double scale = static_cast<double>(picture.height) / kReferenceHeight_px;
  const auto px = [&](double reference) { return static_cast<int>(std::lround(reference * scale)); };
  const int title = px(kTitle_px), padding = px(kPadding_px);
  std::vector<PaneLayout> layouts;
  if (drives == 1) {
    // The camera's picture (4:3 as a rule) at the left, the rest beside it.
    const int wide = (picture.height - title) * 4 / 3, rest = picture.width - wide;
    const int map = (picture.height - title) * 11 / 20;
    layouts.push_back({{0, 0, picture.width, title},
                       {0, title, wide, picture.height - title},
                       {wide, title, rest, map},
                       {wide + padding, title + map, rest - 2 * padding, picture.height - title - map},
                       scale});
    return layouts;
  }
  const int wide = picture.width / static_cast<int>(drives), camera = wide * 3 / 4;
  const int below = picture.height - title - camera, map = below * 3 / 2, inset = px(5);
  for (int i = 0; i < static_cast<int>(drives); ++i) {
    const int left = i * wide, gap = px(2);
    layouts.push_back(
        {{left, 0, wide - gap, title},
         {left, title, wide - gap, camera},
         {left, title + camera, map, below},
         {left + map + padding, title + camera + inset, wide - gap - map - 2 * padding, below - 2 * inset},
         scale});
  }
  return layouts;
}

GaugeRanges gauge_ranges(const FilmScene& scene) {
  double speed_mps = 0, yaw_radps = 0;
  for (const FilmedDrive* drive : scene.drives)
    for (const TrajectoryPoint& p : drive->result.trajectory) {
      speed_mps = std::max(speed_mps, p.command.v_mps);
      yaw_radps = std::max(yaw_radps, std::abs(p.command.w_radps));
    }
  return {round_up(speed_mps, 1), round_up(yaw_radps, 1)};
}

Pane::Pane(const FilmedDrive& drive, const PaneLayout& layout, const GaugeRanges& ranges, const cv::Scalar& colour,
           FrameFn frames)
    : drive_(&drive),
      layout_(layout),
      ranges_(ranges),
      colour_(colour),
      frames_(std::move(frames)),
      map_(drive.line, layout.map.size(), layout.scale, colour),
      tracker_(drive.line) {
  const Pose& start = drive.result.trajectory.front().pose;
  tracker_.locate(start.x_m, start.y_m);
  drive_to(start);
}

Result<Pane> Pane::create(const FilmedDrive& drive, const PaneLayout& layout, const GaugeRanges& ranges,
                          const cv::Scalar& colour) {
  if (drive.result.trajectory.empty()) return invalid_argument(drive.network + ": has no trajectory to be shown");
  if (drive.line.points.size() < 3) return invalid_argument(drive.network + ": has no line to be drawn");
  PITLANE_TRY(FrameFn frames, drive.open_frames());
  return Pane(drive, layout, ranges, colour, std::move(frames));
}

void Pane::go_on_to(double time_s) {
  const auto& points = drive_->result.trajectory;
  while (index_ + 1 < points.size() && points[index_ + 1].time_s <= time_s + kAtOnce_s) {
    ++index_;
    drive_to(now().pose);
  }
}

void Pane::drive_to(const Pose& pose) {
  map_.drive_to(pose);
  half_road_m_ = tracker_.follow(pose.x_m, pose.y_m).road_width_m / 2;
}

Status Pane::draw(cv::Mat& picture, double time_s) {
  go_on_to(time_s);
  const bool ended = time_s + kAtOnce_s >= drive_->result.trajectory.back().time_s;
  draw_title(picture);
  PITLANE_TRY_STATUS(draw_camera(picture, ended));
  cv::Mat map = picture(layout_.map);
  map_.draw().copyTo(map);
  draw_gauges(picture);
  return {};
}

void Pane::draw_title(cv::Mat& picture) const {
  const cv::Rect& at = layout_.title;
  const double s = layout_.scale, left = at.x + kPadding_px * s, right = at.x + at.width - kPadding_px * s;
  const std::string time = number_text("%.2f", now().time_s) + " s";
  const TextStyle time_style{18 * s, kInkColour, false, TextAlign::kRight};
  // Digits are equally wide: the names do not move when the time gets another one.
  const double room = right - text_width("0000.00 s", time_style) - 12 * s - left;
  const TextStyle name{17 * s, colour_, true}, small{12 * s, kSoftColour};
  draw_text(picture, fitted_text(drawable_text(drive_->network), name, room), {left, at.y + 27 * s}, name);
  draw_text(picture, fitted_text(drawable_text(drive_->conditions), small, room), {left, at.y + 49 * s}, small);
  draw_text(picture, time, {right, at.y + 38 * s}, time_style);
}

Status Pane::draw_camera(cv::Mat& picture, bool ended) {
  if (seen_.empty() || seen_index_ != index_) {
    PITLANE_TRY(const ImageView view, frames_(now().time_s, now().pose));
    PITLANE_CHECK(view.format == PixelFormat::kRgb && view.width > 0 && view.height > 0);
    // OpenCV has no view of constant bytes; these are only read.
    const cv::Mat frame(view.height, view.width, CV_8UC3, const_cast<std::uint8_t*>(view.data),
                        static_cast<std::size_t>(view.stride_bytes));
    const cv::Rect place = fitted(frame.size(), layout_.camera);
    cv::resize(frame, seen_, place.size(), 0, 0, place.width < frame.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
    seen_index_ = index_;
  }
  cv::Mat camera = picture(fitted(seen_.size(), layout_.camera));
  seen_.copyTo(camera);
  if (ended) draw_end(camera);
  return {};
}

void Pane::draw_end(cv::Mat& camera) const {
  camera *= 0.4;
  const EpisodeResult& result = drive_->result;
  const double s = layout_.scale, middle = camera.cols / 2.0, y = camera.rows * 0.45, room = camera.cols - 40 * s;
  const TextStyle large{30 * s, result.completed ? kGoodColour : kBadColour, true, TextAlign::kCentre};
  const TextStyle small{17 * s, kInkColour, false, TextAlign::kCentre};
  draw_text(camera, fitted_text(to_string(result.end), large, room), {middle, y}, large);
  draw_text(camera, fitted_text(end_text(result), small, room), {middle, y + 40 * s}, small);
  if (!result.failure.empty())
    draw_text(camera, fitted_text(drawable_text(result.failure), small, room), {middle, y + 72 * s}, small);
}

void Pane::draw_gauges(cv::Mat& picture) const {
  const TrajectoryPoint& p = now();
  const double all_m = drive_->result.circuit_length_m * drive_->laps;
  const double driven = all_m > 0 ? std::clamp(100 * p.progress_m / all_m, 0.0, 100.0) : 0;
  const bool off = std::abs(p.deviation_m) > half_road_m_;
  const int lap = std::min(drive_->laps, static_cast<int>(driven / 100 * drive_->laps) + 1);
  // What goes left is drawn to the left, though its sign is positive.
  const Gauge gauges[] = {
      {"speed", number_text("%.2f", p.command.v_mps) + " m/s", p.command.v_mps, 0, ranges_.speed_mps, 0, colour_},
      {"steering", sided_text(p.command.w_radps, "rad/s"), -p.command.w_radps, -ranges_.yaw_radps, ranges_.yaw_radps, 0,
       colour_},
      {"from the line", sided_text(p.deviation_m, "m"), -p.deviation_m, -half_road_m_, half_road_m_, 0,
       off ? kBadColour : colour_},
      {drive_->laps == 1 ? "lap" : "lap " + std::to_string(lap) + " of " + std::to_string(drive_->laps),
       number_text("%.1f", driven) + " %", driven, 0, 100, 0, colour_}};
  const int rows = static_cast<int>(std::size(gauges));
  for (int i = 0; i < rows; ++i) {
    const cv::Rect& all = layout_.gauges;
    const int from = all.y + i * all.height / rows, to = all.y + (i + 1) * all.height / rows;
    draw_gauge(picture, {all.x, from, all.width, to - from}, gauges[i], layout_.scale);
  }
}

}  // namespace pitlane
