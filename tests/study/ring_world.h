// A world in which driving takes no time and has a closed form: a ring of a radius of 10 m, and a car on rails.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "pitlane/measure/world.h"

namespace pitlane {

/// The car obeys its speed at once and keeps offset_m() outside of the line, whatever it is told to turn. Its camera
/// sees one grey picture, always.
class RingWorld : public World {
 public:
  static constexpr double kRadius_m = 10;
  static constexpr int kCamera_w = 20, kCamera_h = 12;

  RingWorld() : pixels_(kCamera_w * kCamera_h * 3, 9) {
    for (int i = 0; i < 720; ++i) {
      const double at = 2 * std::numbers::pi * i / 720;
      line_.points.push_back({kRadius_m * std::cos(at), kRadius_m * std::sin(at)});
    }
  }
  Status reset(std::uint64_t /*seed*/) override {
    time_s_ = travelled_rad_ = 0;
    return {};
  }
  Result<Observation> observe() override { return Observation{{&frame_, 1}, time_s_, 0, 0}; }
  void act(const Command& command) override { command_ = command; }
  Status advance_to(double time_s) override {
    travelled_rad_ += command_.v_mps * (time_s - time_s_) / kRadius_m;
    time_s_ = time_s;
    return {};
  }
  [[nodiscard]] double time_s() const override { return time_s_; }
  [[nodiscard]] Pose pose() const override {
    const double r = kRadius_m + offset_m();
    return {r * std::cos(travelled_rad_), r * std::sin(travelled_rad_), travelled_rad_ + std::numbers::pi / 2};
  }
  [[nodiscard]] const ReferenceLine& reference_line() const override { return line_; }
  [[nodiscard]] double camera_period_s() const override { return 0.05; }
  void restrict_view(const std::vector<int>&, const std::vector<int>&) override {}
  [[nodiscard]] std::string description() const override { return "ring"; }

 protected:
  [[nodiscard]] virtual double offset_m() const = 0;
  [[nodiscard]] const Command& command() const { return command_; }

 private:
  ReferenceLine line_;
  Command command_;
  double time_s_ = 0, travelled_rad_ = 0;
  std::vector<std::uint8_t> pixels_;
  ImageView frame_{pixels_.data(), kCamera_w, kCamera_h, kCamera_w * 3, PixelFormat::kRgb};
};

}  // namespace pitlane
