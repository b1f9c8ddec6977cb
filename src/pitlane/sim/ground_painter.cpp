#include "pitlane/sim/ground_painter.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pitlane/core/random.h"
#include "pitlane/core/result.h"
#include "pitlane/sim/vector_clones.h"

namespace pitlane {
namespace {

constexpr int kGroup = GroundPainter::kGroup;

struct alignas(64) Group {
  float fx[kGroup], fy[kGroup];
  std::int32_t cell[kGroup], tile[kGroup], texel[kGroup];
  std::int32_t low[kGroup], high[kGroup];              // two neighbouring distances each, 16 bits
  std::int32_t noise_low[kGroup], noise_high[kGroup];  // two neighbouring texels each, 2 x 8 bits
};

struct Extent {  // of the field
  float max_x, max_y;
  std::int32_t tiles_x;
};

// All loops have constant bounds: these vectorise best.
PITLANE_VECTOR_CLONES
void locate(const GroundRow& row, const Extent& extent, const float* __restrict u, Group& c) {
  for (int k = 0; k < kGroup; ++k) {
    float x = row.x0 + u[k] * row.dx;
    float y = row.y0 + u[k] * row.dy;
    x = x > 0 ? x : 0;  // a NaN becomes 0 as well
    y = y > 0 ? y : 0;
    x = x < extent.max_x ? x : extent.max_x;
    y = y < extent.max_y ? y : extent.max_y;
    const auto ix = static_cast<std::int32_t>(x);
    const auto iy = static_cast<std::int32_t>(y);
    c.fx[k] = x - static_cast<float>(ix);
    c.fy[k] = y - static_cast<float>(iy);
    c.tile[k] = (iy >> 5) * extent.tiles_x + (ix >> 5);
    c.cell[k] = (iy & 31) * DistanceField::kTileStride + (ix & 31);
    c.texel[k] = (iy & 127) * 129 + (ix & 127);
  }
}
static_assert(DistanceField::kTileCells == 32);

std::int32_t load_pair(const void* from) {
  std::int32_t pair;
  std::memcpy(&pair, from, sizeof pair);
  return pair;
}

void fetch(const std::int32_t* tile_start, const std::int16_t* corners, const std::int8_t* noise, Group& c) {
  for (int k = 0; k < kGroup; ++k) {
    const std::int16_t* corner = corners + tile_start[c.tile[k]] + c.cell[k];
    c.low[k] = load_pair(corner);
    c.high[k] = load_pair(corner + DistanceField::kTileStride);
    const std::int8_t* texel = noise + 2 * c.texel[k];
    c.noise_low[k] = load_pair(texel);
    c.noise_high[k] = load_pair(texel + 2 * 129);
  }
}

struct Bands {  // colours as weights need them, half widths in millimetres
  float line_mm, road_mm, verge_mm;
  float line[3], road[3], verge[3], grass[3];
  float road_noise, grass_noise;
};

float clamp01(float v) {
  v = v > 0 ? v : 0;
  return v < 1 ? v : 1;
}

PITLANE_VECTOR_CLONES
void shade(const GroundRow& row, const Bands& bands, const Group& c, const float* __restrict columns,
           float* __restrict r, float* __restrict g, float* __restrict b) {
  for (int k = 0; k < kGroup; ++k) {
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
    const float asphalt_low = texel(c.noise_low[k], 0) + fx * (texel(c.noise_low[k], 2) - texel(c.noise_low[k], 0));
    const float asphalt_high = texel(c.noise_high[k], 0) + fx * (texel(c.noise_high[k], 2) - texel(c.noise_high[k], 0));
    const float blades_low = texel(c.noise_low[k], 1) + fx * (texel(c.noise_low[k], 3) - texel(c.noise_low[k], 1));
    const float blades_high = texel(c.noise_high[k], 1) + fx * (texel(c.noise_high[k], 3) - texel(c.noise_high[k], 1));
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

PITLANE_VECTOR_CLONES
void round_group(const float* __restrict values, std::uint8_t* __restrict bytes) {
  for (int k = 0; k < kGroup; ++k) {
    const float rounded = values[k] + 0.5F;
    bytes[k] = static_cast<std::uint8_t>(static_cast<std::int32_t>(rounded < 255 ? rounded : 255));
  }
}

Bands make_bands(const Appearance& look) {
  Bands bands{};
  bands.line_mm = 500 * look.line_width_m;
  bands.road_mm = 500 * look.road_width_m;
  bands.verge_mm = bands.road_mm + 1000 * look.verge_width_m;
  for (std::size_t i = 0; i < 3; ++i) {
    bands.line[i] = look.line[i], bands.road[i] = look.road[i];
    bands.verge[i] = look.verge[i], bands.grass[i] = look.grass[i];
  }
  bands.road_noise = look.road_noise / 32;
  bands.grass_noise = look.grass_noise / 32;
  return bands;
}

}  // namespace

GroundPainter::GroundPainter(const DistanceField& field, const Appearance& look) : field_(&field), look_(look) {
  make_noise(look.noise_seed);
}

// Per texture: grain of 5 cm, and smooth patches of 0.4 m and 1.6 m, in parts that make the variance 1.
void GroundPainter::make_noise(std::uint64_t seed) {
  constexpr int n = kNoiseCells;
  std::vector<float> sum(static_cast<std::size_t>(n) * n);
  noise_.assign(2UL * kNoiseStride * kNoiseStride, 0);
  for (std::size_t texture = 0; texture < 2; ++texture) {
    Random random = Random::fork(seed, 0x7E87 + texture);
    std::fill(sum.begin(), sum.end(), 0.F);
    for (const auto& [cell, weight] : {std::pair{1, 0.8F}, std::pair{8, 0.6F}, std::pair{32, 0.6F}}) {
      const int knots = n / cell;
      std::vector<float> knot(static_cast<std::size_t>(knots) * static_cast<std::size_t>(knots));
      for (float& k : knot) k = static_cast<float>(random.uniform(-1.732, 1.732));
      const auto at = [&](int x, int y) { return knot[static_cast<std::size_t>(y % knots * knots + x % knots)]; };
      for (int y = 0; y < n; ++y) {
        for (int x = 0; x < n; ++x) {
          const float fx = static_cast<float>(x % cell) / static_cast<float>(cell);
          const float fy = static_cast<float>(y % cell) / static_cast<float>(cell);
          const int kx = x / cell, ky = y / cell;
          const float low = at(kx, ky) + fx * (at(kx + 1, ky) - at(kx, ky));
          const float high = at(kx, ky + 1) + fx * (at(kx + 1, ky + 1) - at(kx, ky + 1));
          sum[static_cast<std::size_t>(y * n + x)] += weight * (low + fy * (high - low));
        }
      }
    }
    for (int y = 0; y < kNoiseStride; ++y)
      for (int x = 0; x < kNoiseStride; ++x)
        noise_[static_cast<std::size_t>(2 * (y * kNoiseStride + x)) + texture] =
            static_cast<std::int8_t>(std::clamp(32 * sum[static_cast<std::size_t>(y % n * n + x % n)], -127.F, 127.F));
  }
  static_assert(kNoiseCells == 128, "locate() and fetch() know this number");
}

void GroundPainter::paint(const GroundRow& row, std::span<const float> u, const ColourRow& out) const {
  const Bands bands = make_bands(look_);
  const Extent extent{static_cast<float>(field_->tiles_x() * DistanceField::kTileCells) - 0.01F,
                      static_cast<float>(field_->tiles_y() * DistanceField::kTileCells) - 0.01F, field_->tiles_x()};
  PITLANE_CHECK(u.size() % kGroup == 0 && out.r.size() == u.size() && out.g.size() == u.size() &&
                out.b.size() == u.size());
  Group group;
  for (std::size_t start = 0; start < u.size(); start += kGroup) {
    locate(row, extent, &u[start], group);
    fetch(field_->tile_start().data(), field_->corners().data(), noise_.data(), group);
    shade(row, bands, group, &u[start], &out.r[start], &out.g[start], &out.b[start]);
  }
}

void to_bytes(std::span<const float> values, std::span<std::uint8_t> bytes) {
  PITLANE_CHECK(values.size() % kGroup == 0 && bytes.size() == values.size());
  for (std::size_t start = 0; start < values.size(); start += kGroup) round_group(&values[start], &bytes[start]);
}

}  // namespace pitlane
