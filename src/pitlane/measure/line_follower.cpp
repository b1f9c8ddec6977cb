#include "pitlane/measure/line_follower.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace pitlane {
namespace {

// The camera: see sim/camera.h. A row y pixels below the horizon shows the ground kGround / y metres before it.
constexpr int kWidth = 640, kHeight = 480;
constexpr double kFocal_px = 320, kGround = 0.10 * kFocal_px;
constexpr double kCameraAhead_m = 0.45, kCameraLeft_m = 0.04;
// The picture looked at: pairs of rows of which the first begins 4 rows below the horizon, pairs of columns.
constexpr int kFirstRow = 4, kRows = 16, kColumns = kWidth / 2;
constexpr double kWidestGap_px = 40;     // from where the line is expected, in that picture
constexpr double kLateralGrip_mps2 = 8;  // as the expert: in a bend of radius R at most sqrt(8 R)
constexpr double kFarthest_m = 4;        // that bends are looked for

double ahead_m(int row) { return kGround / (kFirstRow + 2 * row + 1); }

bool is_red(const std::uint8_t* rgb) { return rgb[0] > 60 && rgb[0] > 2 * rgb[1] && rgb[0] > 2 * rgb[2]; }

}  // namespace

Result<LineFollower> LineFollower::create(const LineFollowerOptions& options) {
  Preprocessing look;
  look.source_width = kWidth;
  look.source_height = kHeight;
  look.crop = {0, kHeight / 2 + kFirstRow, kWidth, 2 * kRows};
  look.width = kColumns;
  look.height = kRows;
  PITLANE_TRY(FrameResizer resizer, FrameResizer::create(look));
  return LineFollower(options, std::move(resizer));
}

LineFollower::LineFollower(const LineFollowerOptions& options, FrameResizer resizer)
    : options_(options), resizer_(std::move(resizer)), picture_(resizer_.output_bytes()) {
  reset();
}

void LineFollower::reset() {
  last_column_ = kColumns / 2.0;
  last_bend_per_m_.reset();
  integral_per_m_ = 0;
  last_time_s_ = 0;
  last_ = {options_.slowest_mps, 0};
}

/// The middle of the red run that is nearest to column `expected`.
std::optional<double> LineFollower::column_near(int row, double expected) const {
  const std::uint8_t* pixels = picture_.data() + std::ptrdiff_t{3} * kColumns * row;
  std::optional<double> best;
  for (int x = 0; x < kColumns; ++x) {
    if (!is_red(pixels + std::ptrdiff_t{3} * x)) continue;
    const int begin = x;
    while (x < kColumns && is_red(pixels + std::ptrdiff_t{3} * x)) ++x;
    const double middle = (begin + x) / 2.0;
    if (!best || std::abs(middle - expected) < std::abs(*best - expected)) best = middle;
  }
  return best;
}

/// From the nearest row that shows it on, as long as it does not jump: another stretch may cross the picture.
void LineFollower::find_line() {
  line_.clear();
  double expected = last_column_, before = last_column_;
  for (int row = kRows - 1; row >= 0; --row) {
    const std::optional<double> column = column_near(row, expected);
    if (!column) {
      if (line_.empty()) continue;
      return;
    }
    if (!line_.empty() && std::abs(*column - expected) > kWidestGap_px) return;
    expected = line_.empty() ? *column : 2 * *column - before;
    if (line_.empty()) last_column_ = *column;
    before = *column;
    const double left = (kColumns / 2.0 - *column) * 2 / kFocal_px * ahead_m(row);
    line_.push_back({ahead_m(row) + kCameraAhead_m, left + kCameraLeft_m});
  }
}

LineFollower::Place LineFollower::farthest_within(double metres) const {
  Place place = line_.front();
  for (const Place& p : line_)
    if (p.ahead_m <= metres) place = p;
  return place;
}

Result<Command> LineFollower::decide(const Observation& observation) {
  if (observation.frames.empty() || !resizer_.run(observation.frames.front(), picture_))
    return invalid_argument("the line follower needs colour frames of 640x480");
  find_line();
  if (line_.empty()) {
    // Where the line went out of the picture it will come in again.
    last_bend_per_m_.reset();
    last_.v_mps = options_.slowest_mps;
    return last_;
  }
  // Of the arc from the car through a place.
  const auto bend_to = [](const Place& p) { return 2 * p.left_m / (p.ahead_m * p.ahead_m + p.left_m * p.left_m); };
  const double bend = bend_to(farthest_within(options_.lookahead_m + options_.lookahead_s * last_.v_mps));
  const double sharpest = std::max({std::abs(bend), std::abs(bend_to(farthest_within(kFarthest_m))), 1e-3});
  const double seconds = observation.time_s - last_time_s_;
  const double change = last_bend_per_m_ && seconds > 0 ? (bend - *last_bend_per_m_) / seconds : 0;
  const double v = std::clamp(std::sqrt(kLateralGrip_mps2 / sharpest), options_.slowest_mps, options_.fastest_mps);
  if (last_bend_per_m_ && seconds > 0)
    integral_per_m_ = std::clamp(integral_per_m_ + options_.integral_per_s * bend * seconds,
                                 -options_.largest_integral_1pm, options_.largest_integral_1pm);
  const double w = v * (bend + integral_per_m_ + options_.derivative_s * change);
  last_ = {v, std::clamp(w, -options_.fastest_turn_radps, options_.fastest_turn_radps)};
  last_bend_per_m_ = bend;
  last_time_s_ = observation.time_s;
  return last_;
}

}  // namespace pitlane
