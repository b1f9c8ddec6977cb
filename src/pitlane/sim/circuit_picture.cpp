#include "pitlane/sim/circuit_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <string>

#include "pitlane/sim/sim_world.h"

namespace pitlane {
namespace {

constexpr int kNarrowest = 300, kWidest = 4000;
constexpr int kShift = 4;  // OpenCV draws at sixteenths of a pixel

cv::Scalar bgr(const Rgb& c) { return {static_cast<double>(c.b), static_cast<double>(c.g), static_cast<double>(c.r)}; }

// Metres to pixels, y up.
class Map {
 public:
  Map(const Circuit& circuit, int width)
      : circuit_(circuit), widths_(road_widths(circuit.definition())), margin_px_(width / 25) {
    double right = -std::numeric_limits<double>::infinity(), bottom = std::numeric_limits<double>::infinity();
    for (const auto& p : circuit.centre_line()) {
      left_m_ = std::min(left_m_, p.x_m), right = std::max(right, p.x_m);
      top_m_ = std::max(top_m_, p.y_m), bottom = std::min(bottom, p.y_m);
    }
    const double border = widths_.widest_m;
    left_m_ -= border, top_m_ += border;
    scale_ = (width - 2 * margin_px_) / std::max(right + border - left_m_, 1e-3);
    const int high = static_cast<int>((top_m_ - bottom + border) * scale_) + 4 * margin_px_;
    picture_ = cv::Mat(std::min(high, 4 * width), width, CV_8UC3, bgr(circuit.definition().colours.grass));
  }

  cv::Mat draw() {
    const CircuitDefinition& d = circuit_.definition();
    draw_road(bgr(d.colours.verge), 2 * d.verge_width_m);
    draw_road(bgr(d.colours.road), 0);
    draw_line(bgr(d.colours.line), std::max(d.line_width_m, 2 / scale_));
    draw_start();
    draw_scale();
    return picture_;
  }

 private:
  [[nodiscard]] cv::Point at(double x_m, double y_m) const {
    const double fine = 1 << kShift;
    return {static_cast<int>(std::lround((margin_px_ + (x_m - left_m_) * scale_) * fine)),
            static_cast<int>(std::lround((margin_px_ + (top_m_ - y_m) * scale_) * fine))};
  }

  [[nodiscard]] int thickness(double width_m) const {
    return std::max(1, static_cast<int>(std::lround(width_m * scale_)));
  }

  void draw_line(const cv::Scalar& colour, double width_m) {
    std::vector<cv::Point> points;
    for (const auto& p : circuit_.centre_line()) points.push_back(at(p.x_m, p.y_m));
    cv::polylines(picture_, points, true, colour, thickness(width_m), cv::LINE_AA, kShift);
  }

  void draw_road(const cv::Scalar& colour, double more_m) {
    if (!widths_.vary()) return draw_line(colour, widths_.widest_m + more_m);
    const auto& line = circuit_.centre_line();
    for (std::size_t i = 0; i < line.size(); ++i) {
      const auto &a = line[i], &b = line[(i + 1) % line.size()];
      const int thick = thickness((a.width_m + b.width_m) / 2 + more_m);
      cv::line(picture_, at(a.x_m, a.y_m), at(b.x_m, b.y_m), colour, thick, cv::LINE_AA, kShift);
    }
  }

  void draw_start() {
    const auto &a = circuit_.centre_line()[0], &b = circuit_.centre_line()[1];
    const double yaw = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m), size = 14 / scale_;
    const auto corner = [&](double along, double across) {
      return at(a.x_m + along * std::cos(yaw) - across * std::sin(yaw),
                a.y_m + along * std::sin(yaw) + across * std::cos(yaw));
    };
    const std::vector<cv::Point> arrow = {corner(size, 0), corner(-0.6 * size, 0.6 * size),
                                          corner(-0.6 * size, -0.6 * size)};
    cv::fillConvexPoly(picture_, arrow, cv::Scalar(255, 255, 255), cv::LINE_AA, kShift);
  }

  void draw_scale() {
    double length_m = 100;
    while (length_m * scale_ > picture_.cols / 3.0) length_m /= length_m == 50 || length_m == 5 ? 2.5 : 2;
    const int y = picture_.rows - margin_px_, x = margin_px_;
    const cv::Scalar white(255, 255, 255);
    cv::line(picture_, {x, y}, {x + static_cast<int>(length_m * scale_), y}, white, 3, cv::LINE_AA);
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "%g m   %s: %.1f m, smallest radius %.2f m", length_m,
                  circuit_.name().substr(0, 40).c_str(), circuit_.length_m(), circuit_.smallest_radius_m());
    cv::putText(picture_, text.data(), {x, y - 10}, cv::FONT_HERSHEY_SIMPLEX, picture_.cols / 1800.0 + 0.1, white, 1,
                cv::LINE_AA);
  }

  const Circuit& circuit_;
  RoadWidths widths_;
  int margin_px_;
  double left_m_ = std::numeric_limits<double>::infinity(), top_m_ = -std::numeric_limits<double>::infinity();
  double scale_ = 1;
  cv::Mat picture_;
};

// What the car sees at the start.
Result<cv::Mat> view_from_start(const Circuit& circuit, int width) {
  SimOptions options;
  options.variation = Variation::kNone;
  options.start_side_m = options.start_heading_rad = 0;
  SimWorld world(make_track(circuit), options);
  PITLANE_TRY_STATUS(world.reset(1));
  PITLANE_TRY(const Observation seen, world.observe());
  const ImageView& frame = seen.frames.front();
  cv::Mat picture(frame.height, frame.width, CV_8UC3);
  for (int i = 0; i < 3 * frame.width * frame.height; i += 3)
    for (int c = 0; c < 3; ++c) picture.data[i + c] = frame.data[i + 2 - c];
  cv::resize(picture, picture, {width, width * frame.height / frame.width}, 0, 0, cv::INTER_AREA);
  return picture;
}

}  // namespace

Result<std::vector<std::byte>> circuit_picture(const Circuit& circuit, int width) {
  if (width < kNarrowest || width > kWidest)
    return invalid_argument("a circuit's picture is " + std::to_string(kNarrowest) + " to " + std::to_string(kWidest) +
                            " pixels wide, not " + std::to_string(width));
  PITLANE_TRY(const cv::Mat view, view_from_start(circuit, width));
  const cv::Mat map = Map(circuit, width).draw();
  cv::Mat both;
  cv::vconcat(map, view, both);
  std::vector<unsigned char> png;
  if (!cv::imencode(".png", both, png)) return io_error("the circuit's picture cannot be encoded");
  const auto bytes = std::as_bytes(std::span(png));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace pitlane
