// Words on a picture, smooth at small sizes: OpenCV's stroked letters, drawn large and shrunk.
#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace pitlane {

enum class TextAlign { kLeft, kCentre, kRight };

struct TextStyle {
  double height_px = 16;  ///< of a capital letter
  cv::Scalar colour;      ///< in the order of the picture's channels
  bool bold = false;
  TextAlign align = TextAlign::kLeft;
};

/// Printable ASCII as it is; any other character becomes '?', since the letters have no more.
std::string drawable_text(const std::string& utf8);

/// Pixels from the first stroke to the last.
double text_width(const std::string& text, const TextStyle& style);

/// The text, or its beginning and "..." where it is wider than that.
std::string fitted_text(const std::string& text, const TextStyle& style, double most_px);

/// `at`: on the base line, where the text begins, has its middle or ends. What lies outside the picture is left out.
void draw_text(cv::Mat& picture, const std::string& text, cv::Point2d at, const TextStyle& style);

}  // namespace pitlane
