// Roads that are not equally wide everywhere.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/measure/world.h"

namespace pitlane {

inline constexpr double kNarrowestRoad_m = 0.5, kWidestRoad_m = 20;

/// Each edge of a road moves aside by at most this, per metre of line: 1 in 5.
inline constexpr double kSteepestTaper = 0.2;

/// From one place of the line to the next, `length_m` further on, of which the messages tell the names.
/// Errors: the edges move aside more steeply than kSteepestTaper.
Status check_taper(const std::string& from, const std::string& to, double from_width_m, double to_width_m,
                   double length_m);

/// What a DistanceField must know of a road whose width changes.
struct RoadShape {
  double narrowest_m = 3, widest_m = 3;  ///< nowhere narrower, nowhere wider
  double line_width_m = 0.2;             ///< of the painted line in any appearance; at most `narrowest_m`
};

/// For each point of a closed line, all with a width: the radius of the largest disc around it that lies on the road,
/// metres. The road is where these discs and those between them are, to 0.5 % of its width (a corner where it stops to
/// widen is cut by as much). Bends are left out of account: the edges are as far away as those of a straight road.
std::vector<double> disc_radii(const std::vector<ReferenceLine::Point>& closed);

/// Distances from a line, in metres, for a painter that knows one width of the road: each of its edges is as far from
/// the line as those of the narrowest place. Nothing changes on the painted line; from there to the edges the road is
/// made narrower, except for a strip along them; beyond the edges a metre stays a metre. The result changes by at most
/// as much as the way walked, as distances do.
class NarrowedRoad {
 public:
  explicit NarrowedRoad(const RoadShape& road);

  /// `from_line`: not negative; `from_edge`: to the road's nearer edge, negative on the road.
  [[nodiscard]] double operator()(double from_line_m, double from_edge_m) const {
    const double beyond_strip_m = from_edge_m + strip_m_, off_line_m = from_line_m - line_m_;
    if (off_line_m <= 0) return from_line_m;
    if (beyond_strip_m >= 0) return inner_m_ + beyond_strip_m;
    return line_m_ + (inner_m_ - line_m_) * (off_line_m / (off_line_m - beyond_strip_m));
  }

 private:
  double line_m_ = 0;   // half of the painted line
  double inner_m_ = 0;  // what the inner border of the strip becomes
  double strip_m_ = 0;  // how wide it is
};

}  // namespace pitlane
