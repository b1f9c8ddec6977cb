#include "pitlane/sim/camera.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/driver/preprocess.h"
#include "pitlane/sim/camera_roll.h"
#include "pitlane/sim/perturbation.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

enum class Surface { kLine, kRoad, kVerge, kGrass, kWall, kSky, kSeveral };

// From a place at x, this far from the line, to the road's edge; negative on the road.
using FromEdge = std::function<double(double x, double away)>;

// A slow picture by another way: one ray per pixel through a rotated pinhole, walked step by step, against distances
// to the oval in closed form.
class RayCaster {
 public:
  RayCaster(const CameraGeometry& geometry, const Appearance& look, const Pose& pose, double roll, FromEdge from_edge)
      : geometry_(geometry), look_(look), pose_(pose), roll_(roll), from_edge_(std::move(from_edge)) {}

  // Of a whole pixel: far away a row is metres deep, and a centre alone would miss the line within it.
  Surface of_pixel(int column, int row) const {
    const int parts = row < 260 || roll_ != 0 ? 8 : 1;
    const Surface first = at(column + 0.5, row + 0.5 / parts);
    for (int part = 1; part < parts; ++part)
      if (at(column + 0.5, row + (part + 0.5) / parts) != first) return Surface::kSeveral;
    return first;
  }

  Surface at(double column, double row) const {
    const double f = geometry_.width / 2.0 / std::tan(geometry_.horizontal_field_of_view_rad / 2);
    // Ray in the car's frame: x ahead, y left, z up; pitch turns it about y.
    // Roll turns it first, about x: what is to the right of the middle lies lower.
    const double right = (column - geometry_.width / 2.0) / f, up = -(row - geometry_.height / 2.0) / f;
    const double x0 = 1, y0 = -right * std::cos(roll_) - up * std::sin(roll_);
    const double z0 = -right * std::sin(roll_) + up * std::cos(roll_);
    const double p = look_.camera_pitch_rad;
    const double x1 = x0 * std::cos(p) + z0 * std::sin(p), z1 = -x0 * std::sin(p) + z0 * std::cos(p);
    const double c = std::cos(pose_.yaw_rad), s = std::sin(pose_.yaw_rad);
    const double turn = pose_.yaw_rad + geometry_.yaw_rad;
    const double dx = x1 * std::cos(turn) - y0 * std::sin(turn), dy = x1 * std::sin(turn) + y0 * std::cos(turn);
    const double ex = pose_.x_m + geometry_.x_m * c - geometry_.y_m * s;
    const double ey = pose_.y_m + geometry_.x_m * s + geometry_.y_m * c;
    const double ground = z1 < 0 ? look_.camera_height_m / -z1 : 1e9;  // in depths
    const double wall = look_.wall_height_m > 0 ? wall_depth(ex, ey, dx, dy, z1) : 1e9;
    if (std::min(ground, wall) > geometry_.far_m) return Surface::kSky;
    if (std::min(ground, wall) < geometry_.near_m) return Surface::kSky;  // cut off, in the corners of one that leans
    if (wall < ground) return Surface::kWall;
    const double away = distance(ex + ground * dx, ey + ground * dy), beyond = from_edge_(ex + ground * dx, away);
    if (away < look_.line_width_m / 2) return Surface::kLine;
    if (beyond < 0) return Surface::kRoad;
    return beyond < look_.verge_width_m ? Surface::kVerge : Surface::kGrass;
  }

 private:
  static double distance(double x, double y) { return std::abs(8 - std::hypot(x - std::clamp(x, 8.0, 38.0), y - 8)); }

  double wall_depth(double ex, double ey, double dx, double dy, double dz) const {
    const double wall = look_.wall_distance_m - look_.road_width_m / 2;  // from the road's edge
    const auto gap = [&](double depth) {
      return from_edge_(ex + depth * dx, distance(ex + depth * dx, ey + depth * dy)) - wall;
    };
    const bool inside = gap(0) < 0;
    // A distance changes by at most the way walked, so no step can pass a wall.
    const double per_depth = std::hypot(dx, dy);
    for (double depth = 0; depth < geometry_.far_m; depth += std::max(0.004, std::abs(gap(depth)) / per_depth)) {
      if ((gap(depth) < 0) == inside) continue;
      const double height = look_.camera_height_m + depth * dz;
      return height >= 0 && height <= look_.wall_height_m ? depth : 1e9;
    }
    return 1e9;
  }

  CameraGeometry geometry_;
  Appearance look_;
  Pose pose_;
  double roll_;
  FromEdge from_edge_;
};

Appearance flat_look(bool walls, double pitch, CircuitDefinition d = oval()) {
  d.colours = {{200, 0, 0}, {90, 90, 90}, {0, 0, 200}, {0, 200, 0}, {255, 255, 255}};
  if (walls) d.walls = Walls{4, 0.8, {200, 200, 0}};
  Appearance look = make_appearance(d, Variation::kNone, 1);
  look.sky_low = look.sky_high = {255, 255, 255};
  look.camera_pitch_rad = static_cast<float>(pitch);
  return look;
}

bool shows(const std::uint8_t* pixel, Surface surface) {
  const auto near = [&](int r, int g, int b) {
    return std::abs(pixel[0] - r) < 40 && std::abs(pixel[1] - g) < 40 && std::abs(pixel[2] - b) < 40;
  };
  switch (surface) {
    case Surface::kLine:
      return near(200, 0, 0);
    case Surface::kRoad:
      return near(90, 90, 90);
    case Surface::kVerge:
      return near(0, 0, 200);
    case Surface::kGrass:
      return near(0, 200, 0);
    case Surface::kSky:
      return near(255, 255, 255);
    case Surface::kWall:
      return pixel[2] < 30 && pixel[0] == pixel[1] && pixel[0] >= 135;  // light depends on the angle
    case Surface::kSeveral:
      return false;
  }
  return false;
}

// Wherever the reference sees one surface in a pixel and all its neighbours, the camera must show it: so every edge is
// where it should be, give or take a pixel.
void expect_same_picture(const Track& track, const FromEdge& from_edge, const Appearance& look, const Pose& pose,
                         const CameraGeometry& geometry = {}, double roll = 0) {
  std::optional<CameraRoll> rolled;
  if (roll != 0) rolled.emplace(geometry, roll);
  Camera camera(track.field, rolled ? rolled->upright() : geometry, look);
  const ImageView drawn = camera.render(pose), image = rolled ? rolled->run(drawn) : drawn;
  const RayCaster reference(geometry, look, pose, roll, from_edge);
  // Above stands the sky alone, but where the horizon leans.
  const int left = 0, width = geometry.width, top = roll == 0 ? 200 : 0, height = geometry.height;
  std::vector<Surface> surfaces;
  for (int row = top; row < height; ++row)
    for (int column = left; column < width; ++column) surfaces.push_back(reference.of_pixel(column, row));
  const auto at = [&](int column, int row) { return surfaces[static_cast<std::size_t>((row - top) * width + column)]; };
  int compared = 0, wrong = 0;
  std::string first;
  // A turned pixel is made of four that stand askew in it, so it reaches a little farther.
  const int reach = roll == 0 ? 1 : 2;
  for (int row = top + reach; row < height - reach; ++row) {
    for (int column = reach; column < width - reach; ++column) {
      bool plain = at(column, row) != Surface::kSeveral;
      for (int dy = -reach; dy <= reach; ++dy)
        for (int dx = -reach; dx <= reach; ++dx) plain = plain && at(column + dx, row + dy) == at(column, row);
      if (!plain) continue;
      ++compared;
      const std::uint8_t* pixel = image.row(row) + 3 * column;
      if (shows(pixel, at(column, row))) continue;
      if (wrong++ == 0)
        first = "column " + std::to_string(column) + " row " + std::to_string(row) + " surface " +
                std::to_string(static_cast<int>(at(column, row))) + " shows " + std::to_string(pixel[0]) + " " +
                std::to_string(pixel[1]) + " " + std::to_string(pixel[2]);
    }
  }
  EXPECT_GT(compared, 130'000);
  EXPECT_EQ(wrong, 0) << first;
}

void expect_same_picture(const Appearance& look, const Pose& pose, const CameraGeometry& geometry = {},
                         double roll = 0) {
  const auto from_edge = [&](double, double away) { return away - look.road_width_m / 2; };
  expect_same_picture(*oval_track(), from_edge, look, pose, geometry, roll);
}

TEST(Camera, AgreesWithASlowRayCasterOnAStraight) { expect_same_picture(flat_look(false, 0), {12, 0.3, 0.05}); }
TEST(Camera, AgreesWithASlowRayCasterInABend) { expect_same_picture(flat_look(false, 0), {38, 0.1, 0.3}); }
TEST(Camera, AgreesWithASlowRayCasterPitched) { expect_same_picture(flat_look(false, 0.02), {30, -0.4, -0.2}); }
TEST(Camera, AgreesWithASlowRayCasterWithWalls) { expect_same_picture(flat_look(true, 0), {20, 0.5, 0.4}); }
TEST(Camera, AgreesWithASlowRayCasterBesideTheRoad) { expect_same_picture(flat_look(false, 0), {20, 3, -0.6}); }

// Towards the wide part and back, from the road, from its edge and from beside it.
TEST(Camera, AgreesWithASlowRayCasterWhereTheRoadWidens) {
  for (const bool walls : {false, true}) {
    const CircuitDefinition d = widening_oval();
    const Appearance look = flat_look(walls, 0, d);
    CircuitDefinition walled = d;
    if (walls) walled.walls = Walls{4, 0.8, {}};
    const auto track = make_track(make_circuit(walled));
    for (const Pose& pose : {Pose{14, 0.2, 0.05}, Pose{20, -1.2, 0.1}, Pose{22, 1.9, -0.3}, Pose{29, -0.3, 3.2},
                             Pose{24, 3.6, -2.6}, Pose{26, 15.8, 3.0}, Pose{36, 0.1, 0.3}}) {
      SCOPED_TRACE(std::to_string(pose.x_m) + ", " + std::to_string(pose.y_m) + (walls ? " with walls" : ""));
      expect_same_picture(*track, from_widening_edge_m, look, pose);
    }
  }
}

TEST(Camera, AgreesWithASlowRayCasterOffItsPlace) {
  for (const char* text :
       {"camera_height=0.08", "camera_pitch=0.03,camera_yaw=0.15", "camera_side=-0.3,camera_ahead=0.2",
        "camera_height=-0.02,camera_side=0.2,camera_yaw=-0.3,camera_pitch=-0.01"}) {
    SCOPED_TRACE(text);
    const Perturbation off = parse_perturbation(text).value();
    expect_same_picture(perturbed(flat_look(false, 0), off, 1), {30, -0.3, 0.1}, perturbed(CameraGeometry{}, off));
    expect_same_picture(perturbed(flat_look(true, 0), off, 1), {20, 0.5, 0.4}, perturbed(CameraGeometry{}, off));
  }
}

TEST(Camera, AgreesWithASlowRayCasterLeaningToASide) {
  for (const double roll : {0.02, -0.12, 0.5}) {
    SCOPED_TRACE(roll);
    expect_same_picture(flat_look(false, 0), {30, -0.3, 0.1}, {}, roll);
    expect_same_picture(flat_look(true, 0.05), {20, 0.5, 0.4}, {}, roll);
  }
  const Perturbation off = parse_perturbation("camera_yaw=0.2,camera_side=-0.3").value();
  expect_same_picture(flat_look(false, -0.03), {38, 0.1, 0.3}, perturbed(CameraGeometry{}, off), 0.2);
}

TEST(Camera, HorizonLiesJustBelowTheMiddleRow) {
  Camera camera(oval_track()->field, {}, flat_look(false, 0));
  const ImageView image = camera.render({12, 0, 0});
  EXPECT_TRUE(shows(image.row(239) + 3 * 320, Surface::kSky));
  EXPECT_TRUE(shows(image.row(240) + 3 * 320, Surface::kSky)) << "15 m is 2 rows below the middle";
  EXPECT_FALSE(shows(image.row(243) + 3 * 320, Surface::kSky));
}

TEST(Camera, RedIsTheFirstByte) {
  Camera camera(oval_track()->field, {}, flat_look(false, 0));
  const ImageView image = camera.render({20, 0, 0});
  EXPECT_EQ(image.format, PixelFormat::kRgb);
  // Straight ahead, and the camera sits 4 cm left of the line's middle.
  const std::uint8_t* pixel = image.row(470) + 3 * 330;
  EXPECT_EQ(pixel[0], 200);
  EXPECT_EQ(pixel[2], 0);
}

class RestrictedView : public ::testing::TestWithParam<Variation> {};

TEST_P(RestrictedView, GivesTheSameBytes) {
  CircuitDefinition d = oval();
  d.walls = Walls{};
  const auto track = make_track(make_circuit(d));
  const auto resizer = FrameResizer::create(Preprocessing{});
  ASSERT_TRUE(resizer.ok());
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Appearance look = make_appearance(d, GetParam(), seed);
    Camera whole(track->field, {}, look), part(track->field, {}, look), odd(track->field, {}, look);
    part.restrict_view(resizer->source_rows(), resizer->source_columns());
    odd.restrict_view({243, 301, 477}, {0, 17, 639});
    Random random(seed);
    const Pose pose{random.uniform(0, 46), random.uniform(-2, 18), random.uniform(-3, 3)};
    const ImageView all = whole.render(pose), some = part.render(pose), few = odd.render(pose);
    for (const int row : resizer->source_rows())
      for (const int column : resizer->source_columns())
        for (int c = 0; c < 3; ++c)
          ASSERT_EQ(all.row(row)[3 * column + c], some.row(row)[3 * column + c]) << row << " " << column;
    for (const int row : {243, 301, 477})
      for (const int column : {0, 17, 639}) ASSERT_EQ(all.row(row)[3 * column], few.row(row)[3 * column]);
  }
}

INSTANTIATE_TEST_SUITE_P(Looks, RestrictedView,
                         ::testing::Values(Variation::kNone, Variation::kSlight, Variation::kVaried));

TEST(Camera, FarOutsideTheCircuitStillDraws) {
  Camera camera(oval_track()->field, {}, flat_look(true, 0));
  for (const double far : {100.0, -1e6, 1e12}) {
    const ImageView image = camera.render({far, far, 1});
    EXPECT_TRUE(shows(image.row(470) + 3 * 320, Surface::kGrass)) << far;
  }
}

TEST(Appearance, IsTheCircuitsOwnWithoutVariation) {
  CircuitDefinition d = oval();
  const Appearance a = make_appearance(d, Variation::kNone, 1), b = make_appearance(d, Variation::kNone, 2);
  EXPECT_EQ(a.grass, b.grass);
  EXPECT_EQ(a.road_noise, 0);
  EXPECT_FLOAT_EQ(a.road[0], d.colours.road.r);
}

TEST(Appearance, VariesWithTheSeedAndOnlyWithIt) {
  const CircuitDefinition d = oval();
  const Appearance a = make_appearance(d, Variation::kVaried, 7), b = make_appearance(d, Variation::kVaried, 7);
  EXPECT_EQ(a.grass, b.grass);
  EXPECT_EQ(a.camera_height_m, b.camera_height_m);
  float lowest = 1, highest = 0, narrow = 100, wide = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Appearance look = make_appearance(d, Variation::kVaried, seed);
    lowest = std::min(lowest, look.camera_height_m), highest = std::max(highest, look.camera_height_m);
    narrow = std::min(narrow, look.road_width_m), wide = std::max(wide, look.road_width_m);
    for (const auto* colour : {&look.line, &look.road, &look.verge, &look.grass, &look.sky_low})
      for (const float c : *colour) EXPECT_TRUE(c >= 0 && c <= 255);
  }
  EXPECT_LT(lowest, 0.085);
  EXPECT_GT(highest, 0.118);
  EXPECT_LT(narrow, 2.6);
  EXPECT_GT(wide, 3.6);
}

}  // namespace
}  // namespace pitlane
