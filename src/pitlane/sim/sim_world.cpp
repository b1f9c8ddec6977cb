#include "pitlane/sim/sim_world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pitlane/core/random.h"
#include "pitlane/sim/car.h"
#include "pitlane/sim/number_text.h"

namespace pitlane {
namespace {

// Wide enough for the widest road with verge and the farthest wall of any appearance.
constexpr double kFieldBand_m = 8;

std::optional<CameraRoll> roll_of(const SimOptions& options) {
  const Perturbation& wrong = options.perturbation;
  if (wrong.camera_roll_rad == 0) return std::nullopt;
  return CameraRoll(perturbed(options.camera, wrong), wrong.camera_roll_rad);
}

// Lines of appearances are up to a quarter wider than the circuit's.
std::optional<RoadShape> road_shape(const CircuitDefinition& circuit) {
  const RoadWidths widths = road_widths(circuit);
  if (!widths.vary()) return std::nullopt;
  return RoadShape{widths.narrowest_m, widths.widest_m, std::min(1.25 * circuit.line_width_m, widths.narrowest_m)};
}

}  // namespace

double field_band_m(const CircuitDefinition& circuit) {
  const double road_m = road_widths(circuit).narrowest_m;
  const double ground = 0.75 * road_m + circuit.verge_width_m + 2;
  return std::max({kFieldBand_m, ground, circuit.walls ? wall_distance_m(circuit, road_m) + 1 : 0.0});
}

std::shared_ptr<const Track> make_track(Circuit circuit) {
  const CircuitDefinition& definition = circuit.definition();
  auto field = std::make_shared<const DistanceField>(circuit.centre_line(), field_band_m(definition),
                                                     definition.crossings, road_shape(definition));
  return std::make_shared<const Track>(Track{std::move(circuit), std::move(field)});
}

SimWorld::SimWorld(std::shared_ptr<const Track> track, const SimOptions& options)
    : track_(std::move(track)),
      options_(options),
      line_(track_->circuit.reference_line(options.reverse)),
      roll_(roll_of(options)),
      camera_(track_->field, roll_ ? roll_->upright() : perturbed(options.camera, options.perturbation),
              make_appearance(track_->circuit.definition(), Variation::kNone, 0)) {
  PITLANE_CHECK(options.camera_period_s > 0);
  const Perturbation& wrong = options.perturbation;
  if (wrong.blur_px > 0 || wrong.noise > 0)
    filter_.emplace(options.camera.width, options.camera.height, wrong.blur_px, wrong.noise);
  const Status status = reset(1);
  PITLANE_CHECK(status.ok());
}

Status SimWorld::reset(std::uint64_t seed) {
  Random random = Random::fork(seed, 0x57A27);
  const auto &a = line_.points[0], &b = line_.points[1];
  const double heading = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m);
  const Perturbation& wrong = options_.perturbation;
  const double side = random.uniform(-options_.start_side_m, options_.start_side_m) + wrong.start_side_m;
  const double angle = random.uniform(-options_.start_heading_rad, options_.start_heading_rad) + wrong.start_angle_rad;
  seed_ = seed;
  time_s_ = 0;
  place({a.x_m - side * std::sin(heading), a.y_m + side * std::cos(heading), heading + angle});
  change_appearance(seed);
  return {};
}

void SimWorld::place(const Pose& pose) {
  pose_ = command_pose_ = pose;
  command_ = {};
  command_time_s_ = time_s_;
  late_.clear();
}

void SimWorld::change_appearance(std::uint64_t seed) {
  const Appearance look = make_appearance(track_->circuit.definition(), options_.variation, seed);
  camera_.set_appearance(perturbed(look, options_.perturbation, seed));
}

Result<Observation> SimWorld::observe() {
  frame_ = camera_.render(pose_);
  if (roll_) frame_ = roll_->run(frame_);
  if (filter_) {
    const auto index = static_cast<std::uint64_t>(std::llround(time_s_ / options_.camera_period_s));
    frame_ = filter_->run(frame_, mix64(seed_ ^ mix64(index)));
  }
  return Observation{{&frame_, 1}, time_s_, command_.v_mps, 0};
}

void SimWorld::act(const Command& command) {
  if (options_.perturbation.delay_s > 0) {
    late_.push_back({time_s_ + options_.perturbation.delay_s, command});
  } else {
    take_effect(command);
  }
}

void SimWorld::take_effect(const Command& command) {
  command_ = command;
  command_pose_ = pose_;
  command_time_s_ = time_s_;
}

Status SimWorld::advance_to(double time_s) {
  if (!(time_s >= time_s_))
    return invalid_argument("the clock stands at " + number_text(time_s_, 9) + " s and cannot go to " +
                            number_text(time_s, 9) + " s");
  for (; !late_.empty() && late_.front().time_s <= time_s; late_.pop_front()) {
    PITLANE_TRY_STATUS(move_to(late_.front().time_s));
    take_effect(late_.front().command);
  }
  return move_to(time_s);
}

Status SimWorld::move_to(double time_s) {
  if (!std::isfinite(command_.v_mps) || !std::isfinite(command_.w_radps))
    return numeric_error("the car was told a speed or yaw rate that is not finite");
  time_s_ = time_s;
  pose_ = move_on_arc(command_pose_, command_, time_s - command_time_s_);
  return {};
}

std::optional<ViewCone> SimWorld::view_cone() const {
  const CameraGeometry& camera = options_.camera;
  const double lowest = camera.height / 2.0 / camera.focal_px();  // tangent of the angle below the horizon
  return ViewCone{.x_m = camera.x_m,
                  .y_m = camera.y_m,
                  .half_angle_rad = camera.horizontal_field_of_view_rad / 2,
                  .nearest_m = std::max(camera.near_m, static_cast<double>(Appearance{}.camera_height_m) / lowest),
                  .farthest_m = camera.far_m};
}

void SimWorld::restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) {
  std::vector<int> needed_rows = rows, needed_columns = columns;
  if (filter_) {
    filter_->restrict_view(needed_rows, needed_columns);
    needed_rows = filter_->needed_rows(), needed_columns = filter_->needed_columns();
  }
  if (roll_) {
    roll_->restrict_view(needed_rows, needed_columns);
    needed_rows = roll_->needed_rows(), needed_columns = roll_->needed_columns();
  }
  camera_.restrict_view(needed_rows, needed_columns);
}

std::string SimWorld::description() const { return track_->circuit.name() + (options_.reverse ? ", reversed" : ""); }

}  // namespace pitlane
