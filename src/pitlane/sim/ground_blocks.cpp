#include "pitlane/sim/ground_blocks.h"

#include <cmath>

#include "pitlane/core/vector_clones.h"
#include "pitlane/sim/field_lookup.h"

namespace pitlane {
namespace {

struct alignas(64) Blocks {  // kBlock of them at a time
  std::int32_t inside[kBlock];
  float doubt_mm[kBlock], half_pixel_mm[kBlock];
  float middle[kBlock];
  std::int32_t ground[kBlock];
};

PITLANE_VECTOR_CLONES
void survey(const GroundRow& row, const FieldExtent& extent, const RowFacts& facts, const float* __restrict first,
            const float* __restrict last, Blocks& b) {
  const float max_x = extent.max_x, max_y = extent.max_y;
  for (int k = 0; k < kBlock; ++k) {
    const float xa = row.x0 + first[k] * row.dx, xb = row.x0 + last[k] * row.dx;
    const float ya = row.y0 + first[k] * row.dy, yb = row.y0 + last[k] * row.dy;
    const float x_low = xa < xb ? xa : xb, x_high = xa < xb ? xb : xa;
    const float y_low = ya < yb ? ya : yb, y_high = ya < yb ? yb : ya;
    b.inside[k] = (x_low >= 0) & (y_low >= 0) & (x_high <= max_x) & (y_high <= max_y);
    // A linear function's length is largest at an end.
    const float down_ax = row.down_x0 + first[k] * row.down_dx, down_ay = row.down_y0 + first[k] * row.down_dy;
    const float down_bx = row.down_x0 + last[k] * row.down_dx, down_by = row.down_y0 + last[k] * row.down_dy;
    const float length_a = (down_ax < 0 ? -down_ax : down_ax) + (down_ay < 0 ? -down_ay : down_ay);
    const float length_b = (down_bx < 0 ? -down_bx : down_bx) + (down_by < 0 ? -down_by : down_by);
    const float down = RowFacts::kMostSlope_mm * (length_a > length_b ? length_a : length_b);
    const float pixel = facts.across_mm + down;
    b.half_pixel_mm[k] = 0.5F * (pixel > 0.5F ? pixel : 0.5F);
    b.doubt_mm[k] = 0.5F * (last[k] - first[k]) * facts.per_u_mm + RowFacts::kSlack_mm;
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

RowFacts::RowFacts(const GroundRow& row, float line_half_mm, float road_half_mm, float verge_half_mm)
    : per_u_mm(kMostSlope_mm * std::sqrt(row.dx * row.dx + row.dy * row.dy)),
      across_mm(kMostSlope_mm * std::sqrt(row.across_x * row.across_x + row.across_y * row.across_y)),
      line_mm(line_half_mm),
      road_mm(road_half_mm),
      verge_mm(verge_half_mm) {}

void find_blocks(const DistanceField& field, const Bands& bands, const GroundRow& row, const ColumnBlocks& columns,
                 std::vector<Ground>& blocks) {
  const RowFacts facts(row, bands.line_mm, bands.road_mm, bands.verge_mm);
  const FieldExtent extent = extent_of(field);
  const std::size_t count = columns.first.size();
  blocks.resize(count);
  Blocks b;
  FieldPlace place;
  for (std::size_t start = 0; start < count; start += kBlock) {
    survey(row, extent, facts, &columns.first[start], &columns.last[start], b);
    locate(row, extent, b.middle, place);
    fetch(field, place);
    judge(facts, place, b);
    for (std::size_t k = 0; k < kBlock; ++k) blocks[start + k] = static_cast<Ground>(b.ground[k]);
  }
}

}  // namespace pitlane
