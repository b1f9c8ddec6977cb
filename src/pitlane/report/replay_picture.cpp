#include "pitlane/report/replay_picture.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>

#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr int kPictureWidth = 640, kPictureMargin = 12, kTitleHeight = 30, kRowHeight = 44;
const cv::Scalar kPaper(30, 28, 26), kInk(235, 235, 235), kScale(110, 105, 100);
// Blue and orange can be told apart by everybody (Okabe and Ito).
const cv::Scalar kOfA(233, 180, 86), kOfB(0, 159, 230);

void write(cv::Mat& picture, const std::string& text, int x, int y, const cv::Scalar& colour) {
  constexpr double kSize = 0.45;
  cv::putText(picture, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, kSize, colour, 1, cv::LINE_AA);
}

cv::Mat enlarged(const ImageView& frame) {
  const cv::Mat rgb(frame.height, frame.width, CV_8UC3, const_cast<std::uint8_t*>(frame.data),
                    static_cast<std::size_t>(frame.stride_bytes));
  cv::Mat out;
  cv::cvtColor(rgb, out, cv::COLOR_RGB2BGR);
  const int height = std::max(1, kPictureWidth * frame.height / frame.width);
  cv::resize(out, out, {kPictureWidth, height}, 0, 0, frame.width < kPictureWidth ? cv::INTER_NEAREST : cv::INTER_AREA);
  return out;
}

void draw_mark(cv::Mat& picture, const OutputDifference& output, double value, int y, const cv::Scalar& colour) {
  const double share = std::clamp((value - output.low) / output.range, 0.0, 1.0);
  const int x = kPictureMargin + static_cast<int>(std::lround(share * (kPictureWidth - 2 * kPictureMargin)));
  cv::line(picture, {x, y - 6}, {x, y + 6}, colour, 3, cv::LINE_AA);
}

void draw_output(cv::Mat& picture, const OutputDifference& output, double a, double b, int top) {
  constexpr int kDigits = 3, kColumn = 150;
  const int text = top + 14, scale = top + 30;
  write(picture, output.name + (output.unit.empty() ? "" : " (" + output.unit + ")"), kPictureMargin, text, kInk);
  write(picture, "A " + significant_text(a, kDigits), kPictureMargin + kColumn, text, kOfA);
  write(picture, "B " + significant_text(b, kDigits), kPictureMargin + 2 * kColumn, text, kOfB);
  write(picture, "apart " + significant_text(std::abs(a - b), kDigits), kPictureMargin + 3 * kColumn, text, kInk);
  cv::line(picture, {kPictureMargin, scale}, {kPictureWidth - kPictureMargin, scale}, kScale, 2, cv::LINE_AA);
  draw_mark(picture, output, a, scale, kOfA);
  draw_mark(picture, output, b, scale, kOfB);
}

}  // namespace

Result<std::vector<std::byte>> replay_picture(const ImageView& frame, const std::string& title, const Replay& replay,
                                              const FrameDifference& answers) {
  const int rows = static_cast<int>(replay.outputs.size());
  cv::Mat panel(kTitleHeight + rows * kRowHeight + kPictureMargin / 2, kPictureWidth, CV_8UC3, kPaper);
  write(panel, title, kPictureMargin, kTitleHeight - 8, kInk);
  for (int k = 0; k < rows; ++k) {
    const auto i = static_cast<std::size_t>(k);
    draw_output(panel, replay.outputs[i], answers.a[i], answers.b[i], kTitleHeight + k * kRowHeight);
  }
  cv::Mat both;
  cv::vconcat(enlarged(frame), panel, both);
  std::vector<unsigned char> png;
  if (!cv::imencode(".png", both, png)) return io_error("the picture of " + title + " cannot be encoded");
  const auto bytes = std::as_bytes(std::span(png));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace pitlane
