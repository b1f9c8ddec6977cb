#include "pitlane/sim/ground_blocks.h"

#include <cmath>

#include "pitlane/sim/field_lookup.h"
#include "pitlane/sim/vector_clones.h"

namespace pitlane {
namespace {

// The table's bilinear distance changes by at most sqrt(2) per unit walked, and its corners are rounded to millimetres.
constexpr float kMostSlope = 1.45F;
constexpr float kSlack_mm = 2;
constexpr float kCell_mm = static_cast<float>(1000 * DistanceField::kCell_m);

struct RowFacts {
  FieldExtent extent;
  float per_u_mm;   // most change of the distance per unit of u
  float across_mm;  // most change of the distance over a pixel's width
  float line_mm, road_mm, verge_mm;
};

struct alignas(64) Blocks {  // kBlock of them at a time
  std::int32_t cell_x[kBlock], cell_y[kBlock], narrow[kBlock], inside[kBlock];
  float doubt_mm[kBlock], half_pixel_mm[kBlock];
  float middle[kBlock];
  std::int32_t ground[kBlock];
};

PITLANE_VECTOR_CLONES
void survey(const GroundRow& row, const RowFacts& facts, const float* __restrict first, const float* __restrict last,
            Blocks& b) {
  const float max_x = facts.extent.max_x, max_y = facts.extent.max_y;
  for (int k = 0; k < kBlock; ++k) {
    const float xa = row.x0 + first[k] * row.dx, xb = row.x0 + last[k] * row.dx;
    const float ya = row.y0 + first[k] * row.dy, yb = row.y0 + last[k] * row.dy;
    float x_low = xa < xb ? xa : xb, x_high = xa < xb ? xb : xa;
    float y_low = ya < yb ? ya : yb, y_high = ya < yb ? yb : ya;
    b.inside[k] = (x_low >= 0) & (y_low >= 0) & (x_high <= max_x) & (y_high <= max_y);
    x_low = b.inside[k] != 0 ? x_low : 0, y_low = b.inside[k] != 0 ? y_low : 0;
    x_high = b.inside[k] != 0 ? x_high : 0, y_high = b.inside[k] != 0 ? y_high : 0;
    b.cell_x[k] = static_cast<std::int32_t>(x_low);
    b.cell_y[k] = static_cast<std::int32_t>(y_low);
    b.narrow[k] = (static_cast<std::int32_t>(x_high) - b.cell_x[k] < RowBlocks::kWindowX) &
                  (static_cast<std::int32_t>(y_high) - b.cell_y[k] < RowBlocks::kWindowY);
    // A linear function's length is largest at an end.
    const float down_ax = row.down_x0 + first[k] * row.down_dx, down_ay = row.down_y0 + first[k] * row.down_dy;
    const float down_bx = row.down_x0 + last[k] * row.down_dx, down_by = row.down_y0 + last[k] * row.down_dy;
    const float length_a = (down_ax < 0 ? -down_ax : down_ax) + (down_ay < 0 ? -down_ay : down_ay);
    const float length_b = (down_bx < 0 ? -down_bx : down_bx) + (down_by < 0 ? -down_by : down_by);
    const float down = kMostSlope * kCell_mm * (length_a > length_b ? length_a : length_b);
    const float pixel = facts.across_mm + down;
    b.half_pixel_mm[k] = 0.5F * (pixel > 0.5F ? pixel : 0.5F);
    b.doubt_mm[k] = 0.5F * (last[k] - first[k]) * facts.per_u_mm + kSlack_mm;
    b.middle[k] = 0.5F * (first[k] + last[k]);
  }
}

PITLANE_VECTOR_CLONES
void judge(const RowFacts& facts, const FieldPlace& place, Blocks& b) {
  for (int k = 0; k < kBlock; ++k) {
    const float distance = interpolate(place, k);
    const float away = distance < 0 ? -distance : distance;
    const float nearest = away - b.doubt_mm[k] - b.half_pixel_mm[k];
    const float farthest = away + b.doubt_mm[k] + b.half_pixel_mm[k];
    const bool verge = (nearest >= facts.road_mm) & (farthest <= facts.verge_mm);
    const bool road = (nearest >= facts.line_mm) & (farthest <= facts.road_mm);
    // A line as thin as a pixel never fills one.
    const bool line = (farthest <= facts.line_mm) & (b.half_pixel_mm[k] <= facts.line_mm);
    std::int32_t ground = static_cast<std::int32_t>(Ground::kMixed);
    ground = nearest >= facts.verge_mm ? static_cast<std::int32_t>(Ground::kGrass) : ground;
    ground = verge ? static_cast<std::int32_t>(Ground::kVerge) : ground;
    ground = road ? static_cast<std::int32_t>(Ground::kRoad) : ground;
    ground = line ? static_cast<std::int32_t>(Ground::kLine) : ground;
    b.ground[k] = b.inside[k] != 0 ? ground : static_cast<std::int32_t>(Ground::kMixed);
  }
}

}  // namespace

Bands::Bands(const Appearance& look)
    : line_mm(500 * look.line_width_m),
      road_mm(500 * look.road_width_m),
      verge_mm(road_mm + 1000 * look.verge_width_m),
      line(look.line),
      road(look.road),
      verge(look.verge),
      grass(look.grass),
      road_noise(look.road_noise / 32),
      grass_noise(look.grass_noise / 32) {}

void find_blocks(const DistanceField& field, const Bands& bands, const GroundRow& row, const ColumnBlocks& columns,
                 RowBlocks& blocks) {
  RowFacts facts{extent_of(field),
                 kMostSlope * kCell_mm * std::hypot(row.dx, row.dy),
                 kMostSlope * kCell_mm * std::hypot(row.across_x, row.across_y),
                 bands.line_mm,
                 bands.road_mm,
                 bands.verge_mm};
  const std::size_t count = columns.first.size();
  blocks.ground.resize(count);
  blocks.narrow.resize(count);
  blocks.cell_x.resize(count);
  blocks.cell_y.resize(count);
  Blocks b;
  FieldPlace place;
  for (std::size_t start = 0; start < count; start += kBlock) {
    survey(row, facts, &columns.first[start], &columns.last[start], b);
    locate(row, facts.extent, b.middle, place);
    fetch(field, place);
    judge(facts, place, b);
    for (std::size_t k = 0; k < kBlock; ++k) {
      blocks.ground[start + k] = static_cast<Ground>(b.ground[k]);
      blocks.narrow[start + k] = static_cast<std::uint8_t>(b.narrow[k]);
      blocks.cell_x[start + k] = b.cell_x[k];
      blocks.cell_y[start + k] = b.cell_y[k];
    }
  }
}

}  // namespace pitlane
