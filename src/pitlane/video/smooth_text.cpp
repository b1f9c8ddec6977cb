#include "pitlane/video/smooth_text.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace pitlane {
namespace {

constexpr int kShrink = 4;
constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
constexpr double kCapital_units = 21;  // height of a capital letter at scale 1, pixels

double scale_of(const TextStyle& style) { return kShrink * style.height_px / kCapital_units; }

int thickness_of(const TextStyle& style) {
  const double share = style.bold ? 0.17 : 0.115;  // of a letter's height
  return std::max(1, static_cast<int>(std::lround(kShrink * style.height_px * share)));
}

cv::Size large_size(const std::string& text, const TextStyle& style) {
  int below = 0;
  return cv::getTextSize(text, kFont, scale_of(style), thickness_of(style), &below);
}

// Mixes `colour` into the picture where the mask says so, 255: all of it.
void blend(cv::Mat& picture, const cv::Mat& mask, cv::Point corner, const cv::Scalar& colour) {
  const cv::Rect all(0, 0, picture.cols, picture.rows);
  const cv::Rect seen = cv::Rect(corner, mask.size()) & all;
  for (int y = seen.y; y < seen.y + seen.height; ++y) {
    auto* pixel = picture.ptr<cv::Vec3b>(y) + seen.x;
    const auto* share = mask.ptr<std::uint8_t>(y - corner.y) + (seen.x - corner.x);
    for (int x = 0; x < seen.width; ++x, ++pixel, ++share)
      for (int c = 0; c < 3; ++c) {
        const int from = (*pixel)[c];
        (*pixel)[c] = static_cast<std::uint8_t>(from + (static_cast<int>(colour[c]) - from) * *share / 255);
      }
  }
}

}  // namespace

std::string drawable_text(const std::string& utf8) {
  std::string out;
  for (const char c : utf8) {
    if ((c & 0xC0) == 0x80) continue;  // not the first byte of its character
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  return out;
}

double text_width(const std::string& text, const TextStyle& style) {
  return static_cast<double>(large_size(text, style).width) / kShrink;
}

std::string fitted_text(const std::string& text, const TextStyle& style, double most_px) {
  if (text_width(text, style) <= most_px) return text;
  std::string kept = text;
  while (!kept.empty() && text_width(kept + "...", style) > most_px) kept.pop_back();
  return kept + "...";
}

void draw_text(cv::Mat& picture, const std::string& text, cv::Point2d at, const TextStyle& style) {
  if (text.empty()) return;
  const cv::Size size = large_size(text, style);
  const int thickness = thickness_of(style);
  // Room for the thick ends of strokes, and below the line for g and y; a multiple of the shrinkage.
  const auto whole = [](int large) { return (large + kShrink - 1) / kShrink * kShrink; };
  const int margin = whole(2 * thickness), below = whole(size.height / 2 + thickness);
  cv::Mat large = cv::Mat::zeros(whole(size.height) + margin + below, whole(size.width) + 2 * margin, CV_8UC1);
  const int base = whole(size.height) + margin;
  cv::putText(large, text, {margin, base}, kFont, scale_of(style), 255, thickness, cv::LINE_AA);
  cv::Mat mask;
  cv::resize(large, mask, {large.cols / kShrink, large.rows / kShrink}, 0, 0, cv::INTER_AREA);
  double left = at.x;
  if (style.align == TextAlign::kCentre) left -= size.width / 2.0 / kShrink;
  if (style.align == TextAlign::kRight) left -= static_cast<double>(size.width) / kShrink;
  const cv::Point corner(static_cast<int>(std::lround(left - static_cast<double>(margin) / kShrink)),
                         static_cast<int>(std::lround(at.y - static_cast<double>(base) / kShrink)));
  blend(picture, mask, corner, style.colour);
}

}  // namespace pitlane
