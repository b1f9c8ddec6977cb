#include "pitlane/sim/wall_finder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "camera_codes.h"
#include "pitlane/core/random.h"
#include "pitlane/sim/ground_row.h"
#include "small_circuits.h"

namespace pitlane {
namespace {

// One ray, in small steps and then by halving: slow, and another way.
double slow_wall(const DistanceField& field, double x, double y, double dx, double dy, double wall_m, double limit) {
  const auto gap = [&](double depth) { return std::abs(field.at(x + depth * dx, y + depth * dy)) - wall_m; };
  const bool inside = gap(0) < 0;
  constexpr double kStep = 0.002;
  for (double depth = 0; depth < limit; depth += kStep) {
    if ((gap(depth + kStep) < 0) == inside) continue;
    double low = depth, high = depth + kStep;
    for (int i = 0; i < 30; ++i) ((gap((low + high) / 2) < 0) == inside ? low : high) = (low + high) / 2;
    return low;
  }
  return -1;
}

WallRays rays_from(const DistanceField& field, double x_m, double y_m, double yaw_rad, int count) {
  const double cells = 1 / DistanceField::kCell_m;
  WallRays rays;
  rays.eye_x = static_cast<float>((x_m - field.origin_x_m()) * cells);
  rays.eye_y = static_cast<float>((y_m - field.origin_y_m()) * cells);
  for (int k = 0; k < count; ++k) {
    const double u = 2.0 * (k + 0.5 - count / 2.0) / count;
    rays.dx.push_back(static_cast<float>((std::cos(yaw_rad) + u * std::sin(yaw_rad)) * cells));
    rays.dy.push_back(static_cast<float>((std::sin(yaw_rad) - u * std::cos(yaw_rad)) * cells));
  }
  return rays;
}

TEST(WallFinder, AgreesWithASlowWalkAlongEachRay) {
  const auto track = oval_track();
  Random random(3);
  int hits_seen = 0, misses_seen = 0;
  for (int round = 0; round < 40; ++round) {
    const double x = random.uniform(-4, 50), y = random.uniform(-4, 20), yaw = random.uniform(-3.2, 3.2);
    const WallRays rays = rays_from(*track->field, x, y, yaw, 9 * kBlock);
    WallHits hits, other;
    find_walls(*track->field, rays, 5, 15, hits);
    for (const CameraCode code : codes_here()) {
      find_walls(*track->field, rays, 5, 15, other, code);
      ASSERT_EQ(other.depth_m, hits.depth_m) << name_of(code);
      for (std::size_t k = 0; k < rays.dx.size(); ++k)
        if (hits.depth_m[k] > 0) {
          ASSERT_EQ(other.facing[k], hits.facing[k]) << name_of(code) << " " << k;
        }
    }
    for (std::size_t k = 3; k < rays.dx.size(); k += 11) {
      const double slow = slow_wall(*track->field, x, y, rays.dx[k] * DistanceField::kCell_m,
                                    rays.dy[k] * DistanceField::kCell_m, 5, 15);
      // A ray that grazes a wall by less than a step of 2 cm may pass it; one that ends at the limit may reach it.
      if (std::abs(slow - 15) < 0.05 || (slow < 0) != (hits.depth_m[k] < 0)) {
        ++misses_seen;
        continue;
      }
      if (slow < 0) continue;
      ++hits_seen;
      EXPECT_NEAR(hits.depth_m[k], slow, 0.005) << round << " " << k;
      EXPECT_GE(hits.facing[k], 0);
      EXPECT_LE(hits.facing[k], 1.0001);
    }
  }
  EXPECT_GT(hits_seen, 250);
  EXPECT_LT(misses_seen, 10);
}

TEST(WallFinder, HeadOnAndAlong) {
  const auto track = oval_track();
  WallRays rays = rays_from(*track->field, 23, 0, 0, kBlock);  // on the lower straight
  for (int k = 0; k < kBlock; ++k) rays.dx[k] = 0, rays.dy[k] = -20;
  rays.dx[1] = 20, rays.dy[1] = -10;
  WallHits hits;
  find_walls(*track->field, rays, 3, 15, hits);
  EXPECT_NEAR(hits.depth_m[0], 3, 0.002);
  EXPECT_NEAR(hits.facing[0], 1, 0.02);
  EXPECT_NEAR(hits.depth_m[1], 6, 0.005);
  EXPECT_NEAR(hits.facing[1], 0.5 / std::hypot(1, 0.5), 0.02);
}

}  // namespace
}  // namespace pitlane
