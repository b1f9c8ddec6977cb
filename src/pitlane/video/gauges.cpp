#include "pitlane/video/gauges.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pitlane/video/palette.h"
#include "pitlane/video/smooth_text.h"

namespace pitlane {
namespace {

constexpr double kLetter_px = 13, kBar_px = 9, kGap_px = 7;

}  // namespace

void draw_gauge(cv::Mat& picture, const cv::Rect& place, const Gauge& gauge, double scale) {
  const double letter = kLetter_px * scale, bar = kBar_px * scale, gap = kGap_px * scale;
  // Text and bar in the middle of the row's height.
  const double top = place.y + (place.height - letter - gap - bar) / 2;
  draw_text(picture, gauge.name, {static_cast<double>(place.x), top + letter}, {letter, kSoftColour});
  draw_text(picture, gauge.text, {static_cast<double>(place.x + place.width), top + letter},
            {letter, kInkColour, false, TextAlign::kRight});
  const auto column = [&](double value) {
    const double share = std::clamp((value - gauge.low) / (gauge.high - gauge.low), 0.0, 1.0);
    return place.x + static_cast<int>(std::lround(share * place.width));
  };
  const int y = static_cast<int>(std::lround(top + letter + gap)),
            high = std::max(2, static_cast<int>(std::lround(bar)));
  cv::rectangle(picture, cv::Rect(place.x, y, place.width, high), kBarColour, cv::FILLED);
  const int a = column(std::min(gauge.from, gauge.value)), b = column(std::max(gauge.from, gauge.value));
  if (b > a) cv::rectangle(picture, cv::Rect(a, y, b - a, high), gauge.colour, cv::FILLED);
  if (gauge.from <= gauge.low) return;
  const int tick = std::max(1, static_cast<int>(std::lround(2 * scale))),
            over = static_cast<int>(std::lround(3 * scale));
  cv::rectangle(picture, cv::Rect(column(gauge.from) - tick / 2, y - over, tick, high + 2 * over), kInkColour,
                cv::FILLED);
}

}  // namespace pitlane
