#include "pitlane/sim/self_overlap.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>

namespace pitlane {
namespace {

using Point = ReferenceLine::Point;

constexpr double kBends = 1.25;  // how much more ground than that of straight roads a crossing may take

double cross(const Point& a, const Point& b) { return a.x_m * b.y_m - a.y_m * b.x_m; }
Point from_to(const Point& a, const Point& b) { return {b.x_m - a.x_m, b.y_m - a.y_m}; }

// Points of the line by squares of ground, so that only those nearby are compared.
class NearPoints {
 public:
  /// All points have widths.
  explicit NearPoints(const CentreLine& line)
      : line_(line), step_m_(line.length_m / static_cast<double>(line.points.size())) {
    for (const Point& point : line.points) widest_m_ = std::max(widest_m_, point.width_m);
    for (std::size_t i = 0; i < line.points.size(); ++i) grid_[key(line.points[i], 0, 0)].push_back(i);
  }

  [[nodiscard]] double step_m() const { return step_m_; }

  /// Points between two along the line, the shorter way round.
  [[nodiscard]] std::size_t apart(std::size_t i, std::size_t j) const {
    const std::size_t between = j > i ? j - i : i - j;
    return std::min(between, line_.points.size() - between);
  }

  /// From line to line where the roads at two points touch.
  [[nodiscard]] double touching_m(std::size_t i, std::size_t j) const {
    return (line_.points[i].width_m + line_.points[j].width_m) / 2;
  }

  /// All j > i within a road's width of i that are no neighbours; `crowded()` of them at most.
  [[nodiscard]] std::vector<Overlap> after(std::size_t i) const {
    std::vector<Overlap> found;
    for (int dx = -1; dx <= 1; ++dx)
      for (int dy = -1; dy <= 1; ++dy)
        if (const auto cell = grid_.find(key(line_.points[i], dx, dy)); cell != grid_.end())
          for (const std::size_t j : cell->second) {
            const Point way = from_to(line_.points[i], line_.points[j]);
            const double squared_m2 = way.x_m * way.x_m + way.y_m * way.y_m, touching = touching_m(i, j);
            if (j <= i || squared_m2 >= touching * touching || are_neighbours(i, j)) continue;
            found.push_back({i, j, std::sqrt(squared_m2)});
            if (found.size() >= crowded()) return found;
          }
    return found;
  }

  /// More points nearby than four of the flattest crossings at one place have: so a hostile line takes no longer than
  /// others do.
  [[nodiscard]] std::size_t crowded() const {
    return static_cast<std::size_t>(4 * 2 * kBends * widest_m_ / std::sin(kFlattestCrossing_rad) / step_m_) + 16;
  }

 private:
  [[nodiscard]] bool are_neighbours(std::size_t i, std::size_t j) const {
    return apart(i, j) <= static_cast<std::size_t>(std::numbers::pi / 2 * touching_m(i, j) / step_m_) + 1;
  }

  [[nodiscard]] std::int64_t key(const Point& p, int dx, int dy) const {
    const auto cell = [&](double v) { return static_cast<std::int64_t>(std::floor(v / widest_m_)); };
    return (cell(p.x_m) + dx) * 4'000'037 + cell(p.y_m) + dy;
  }

  const CentreLine& line_;
  double step_m_, widest_m_ = 0;
  std::unordered_map<std::int64_t, std::vector<std::size_t>> grid_;
};

// Do the pieces after points i and j cut each other? An end belongs to the piece that begins there.
std::optional<Crossing> crossing_of(const CentreLine& line, std::size_t i, std::size_t j) {
  const std::size_t n = line.points.size();
  const Point &a = line.points[i], &b = line.points[(i + 1) % n];
  const Point &c = line.points[j], &d = line.points[(j + 1) % n];
  const Point ab = from_to(a, b), cd = from_to(c, d), ac = from_to(a, c);
  const double turn = cross(ab, cd);
  if (turn == 0) return std::nullopt;  // parallel
  const double along_ab = cross(ac, cd) / turn, along_cd = cross(ac, ab) / turn;
  if (along_ab < 0 || along_ab >= 1 || along_cd < 0 || along_cd >= 1) return std::nullopt;
  const double lengths = std::hypot(ab.x_m, ab.y_m) * std::hypot(cd.x_m, cd.y_m);
  return Crossing{i, j, std::asin(std::min(1.0, std::abs(turn) / lengths))};
}

// Which crossings' ground each point lies in.
class CrossingGround {
 public:
  CrossingGround(const NearPoints& near, const std::vector<Point>& line, const std::vector<Crossing>& crossings)
      : near_(near), crossings_(crossings), at_(line.size()) {
    const std::size_t points = line.size();
    for (std::size_t k = 0; k < crossings.size(); ++k) {
      reach_.push_back(0);
      if (crossings[k].angle_rad < kFlattestCrossing_rad) continue;
      reach_.back() = reach_of(crossings[k], line);
      for (const std::size_t middle : {crossings[k].first, crossings[k].second})
        for (std::size_t d = 0; d <= 2 * reach_.back(); ++d)
          at_[(middle + points + d - reach_.back()) % points].push_back(k);
    }
  }

  [[nodiscard]] bool holds(const Overlap& pair) const {
    return std::any_of(at_[pair.first].begin(), at_[pair.first].end(), [&](std::size_t k) {
      const Crossing& c = crossings_[k];
      const auto within = [&](std::size_t a, std::size_t b) { return near_.apart(a, b) <= reach_[k]; };
      return (within(pair.first, c.first) && within(pair.second, c.second)) ||
             (within(pair.first, c.second) && within(pair.second, c.first));
    });
  }

 private:
  /// In points, each way along both roads. Where they widen away from the crossing, they part later.
  [[nodiscard]] std::size_t reach_of(const Crossing& crossing, const std::vector<Point>& line) const {
    const std::size_t points = line.size();
    std::size_t reach = 0, looked = 0;
    double widest_m = 0;
    do {
      for (const std::size_t middle : {crossing.first, crossing.second})
        for (std::size_t d = looked; d <= reach; ++d)
          widest_m =
              std::max({widest_m, line[(middle + d) % points].width_m, line[(middle + points - d) % points].width_m});
      looked = reach + 1;
      const double reach_m = kBends * widest_m / std::sin(crossing.angle_rad);
      reach = std::min(points / 2, static_cast<std::size_t>(reach_m / near_.step_m()) + 2);
    } while (reach >= looked);
    return reach;
  }

  const NearPoints& near_;
  const std::vector<Crossing>& crossings_;
  std::vector<std::size_t> reach_;            // by crossing, in points
  std::vector<std::vector<std::size_t>> at_;  // by point
};

const Overlap& nearest(const std::vector<Overlap>& pairs) {
  return *std::min_element(pairs.begin(), pairs.end(),
                           [](const Overlap& a, const Overlap& b) { return a.distance_m < b.distance_m; });
}

}  // namespace

SelfOverlap find_self_overlap(CentreLine line, double road_width_m) {
  for (Point& point : line.points)
    if (point.width_m == 0) point.width_m = road_width_m;
  const NearPoints near(line);
  SelfOverlap out;
  std::vector<Overlap> pairs;
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    const std::vector<Overlap> found = near.after(i);
    if (found.size() >= near.crowded()) {
      out.beside = nearest(found);
      return out;
    }
    for (const Overlap& pair : found) {
      if (const auto crossing = crossing_of(line, pair.first, pair.second)) out.crossings.push_back(*crossing);
      // Points are up to 0.25 m apart.
      if (pair.distance_m < 0.98 * near.touching_m(pair.first, pair.second)) pairs.push_back(pair);
    }
  }
  const CrossingGround ground(near, line.points, out.crossings);
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(), [&](const Overlap& pair) { return ground.holds(pair); }),
              pairs.end());
  if (!pairs.empty()) out.beside = nearest(pairs);
  return out;
}

}  // namespace pitlane
