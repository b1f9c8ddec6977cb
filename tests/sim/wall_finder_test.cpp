#include "pitlane/sim/wall_finder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "pitlane/core/random.h"
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

TEST(WallFinder, AgreesWithASlowWalkAlongEachRay) {
  const auto track = oval_track();
  Random random(3);
  int hits_seen = 0, misses_seen = 0;
  for (int round = 0; round < 40; ++round) {
    WallRays rays{random.uniform(-4, 50), random.uniform(-4, 20), {}, {}};
    const double yaw = random.uniform(-3.2, 3.2);
    for (int k = 0; k < kBlock; ++k) {
      const double u = (k - 7.5) / 8;
      rays.dx[k] = std::cos(yaw) + u * std::sin(yaw), rays.dy[k] = std::sin(yaw) - u * std::cos(yaw);
    }
    WallHits hits;
    find_walls(*track->field, rays, 5, 15, hits);
    for (int k = 0; k < kBlock; ++k) {
      const double slow = slow_wall(*track->field, rays.eye_x_m, rays.eye_y_m, rays.dx[k], rays.dy[k], 5, 15);
      // A ray that grazes a wall by less than a step of 2 cm may pass it; one that ends at the limit may reach it.
      if (std::abs(slow - 15) < 0.05 || (slow < 0) != (hits.depth[k] < 0)) {
        ++misses_seen;
        continue;
      }
      if (slow < 0) continue;
      ++hits_seen;
      EXPECT_NEAR(hits.depth[k], slow, 0.005) << round << " " << k;
      EXPECT_GE(hits.facing[k], 0);
      EXPECT_LE(hits.facing[k], 1.0001);
    }
  }
  EXPECT_GT(hits_seen, 250);
  EXPECT_LT(misses_seen, 10);
}

TEST(WallFinder, HeadOnAndAlong) {
  const auto track = oval_track();
  WallRays rays{23, 0, {}, {}};  // on the lower straight
  for (int k = 0; k < kBlock; ++k) rays.dx[k] = 0, rays.dy[k] = -1;
  rays.dx[1] = 1, rays.dy[1] = -0.5;
  WallHits hits;
  find_walls(*track->field, rays, 3, 15, hits);
  EXPECT_NEAR(hits.depth[0], 3, 0.002);
  EXPECT_NEAR(hits.facing[0], 1, 0.02);
  EXPECT_NEAR(hits.depth[1], 6, 0.005);
  EXPECT_NEAR(hits.facing[1], 0.5 / std::hypot(1, 0.5), 0.02);
}

}  // namespace
}  // namespace pitlane
