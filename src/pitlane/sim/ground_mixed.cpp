#include "pitlane/sim/ground_mixed.h"

#include <cstring>

#include "pitlane/core/vector_clones.h"
#include "pitlane/sim/field_lookup.h"

namespace pitlane {
namespace {

struct alignas(64) Noise {
  std::int32_t low[kBlock], high[kBlock];  // two neighbouring texels each, 2 x 8 bits
};

void fetch(const GroundTexture& texture, const FieldPlace& place, Noise& noise) {
  constexpr int kMask = GroundTexture::kCells - 1;
  for (int k = 0; k < kBlock; ++k) {
    const std::int8_t* texel =
        texture.pairs() + 2 * ((place.cell_y[k] & kMask) * GroundTexture::kStride + (place.cell_x[k] & kMask));
    std::memcpy(&noise.low[k], texel, sizeof noise.low[k]);
    std::memcpy(&noise.high[k], texel + 2 * GroundTexture::kStride, sizeof noise.high[k]);
  }
}

float clamp01(float v) {
  v = v > 0 ? v : 0;
  return v < 1 ? v : 1;
}

PITLANE_VECTOR_CLONES
void shade(const GroundRow& row, const Bands& bands, const FieldPlace& c, const Noise& noise,
           const float* __restrict columns, float* __restrict r, float* __restrict g, float* __restrict b) {
  for (int k = 0; k < kBlock; ++k) {
    const float fx = c.fx[k], fy = c.fy[k], u = columns[k];
    const auto d00 = static_cast<float>((c.low[k] << 16) >> 16);
    const auto d10 = static_cast<float>(c.low[k] >> 16);
    const auto d01 = static_cast<float>((c.high[k] << 16) >> 16);
    const auto d11 = static_cast<float>(c.high[k] >> 16);
    const float slope_low = d10 - d00, slope_high = d11 - d01;
    const float low = d00 + fx * slope_low;
    const float gradient_y = d01 + fx * slope_high - low;
    const float gradient_x = slope_low + fy * (slope_high - slope_low);
    const float distance = low + fy * gradient_y;

    const float across = gradient_x * row.across_x + gradient_y * row.across_y;
    const float down = gradient_x * (row.down_x0 + u * row.down_dx) + gradient_y * (row.down_y0 + u * row.down_dy);
    float width = (across < 0 ? -across : across) + (down < 0 ? -down : down);
    width = width > 0.5F ? width : 0.5F;
    const float per_mm = 1 / width;
    const float away = distance < 0 ? -distance : distance;
    const float line =
        clamp01((bands.line_mm - away) * per_mm + 0.5F) - clamp01((-bands.line_mm - away) * per_mm + 0.5F);
    const float in_road = clamp01((bands.road_mm - away) * per_mm + 0.5F);
    const float in_verge = clamp01((bands.verge_mm - away) * per_mm + 0.5F);

    // Byte `i` of a pair, with its sign.
    const auto texel = [](std::int32_t pair, int i) { return static_cast<float>((pair << (24 - 8 * i)) >> 24); };
    const float asphalt_low = texel(noise.low[k], 0) + fx * (texel(noise.low[k], 2) - texel(noise.low[k], 0));
    const float asphalt_high = texel(noise.high[k], 0) + fx * (texel(noise.high[k], 2) - texel(noise.high[k], 0));
    const float blades_low = texel(noise.low[k], 1) + fx * (texel(noise.low[k], 3) - texel(noise.low[k], 1));
    const float blades_high = texel(noise.high[k], 1) + fx * (texel(noise.high[k], 3) - texel(noise.high[k], 1));
    const float asphalt =
        row.share * (1 + bands.road_noise * row.noise * (asphalt_low + fy * (asphalt_high - asphalt_low)));
    const float blades =
        row.share * (1 + bands.grass_noise * row.noise * (blades_low + fy * (blades_high - blades_low)));

    const float road = in_road - line > 0 ? in_road - line : 0;
    const float verge = in_verge - in_road;
    const float w_line = asphalt * line, w_road = asphalt * road, w_verge = blades * verge,
                w_grass = blades * (1 - in_verge);
    r[k] += w_line * bands.line[0] + w_road * bands.road[0] + w_verge * bands.verge[0] + w_grass * bands.grass[0];
    g[k] += w_line * bands.line[1] + w_road * bands.road[1] + w_verge * bands.verge[1] + w_grass * bands.grass[1];
    b[k] += w_line * bands.line[2] + w_road * bands.road[2] + w_verge * bands.verge[2] + w_grass * bands.grass[2];
  }
}

}  // namespace

void add_mixed(const DistanceField& field, const GroundTexture& texture, const Bands& bands, const GroundRow& row,
               const float* u, float* r, float* g, float* b) {
  FieldPlace place;
  Noise noise;
  locate(row, extent_of(field), u, place);
  fetch(field, place);
  fetch(texture, place, noise);
  shade(row, bands, place, noise, u, r, g, b);
}

}  // namespace pitlane
