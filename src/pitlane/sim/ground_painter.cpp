#include "pitlane/sim/ground_painter.h"

#include <algorithm>

#include "pitlane/core/result.h"
#include "pitlane/core/vector_clones.h"
#include "pitlane/sim/ground_mixed.h"

namespace pitlane {
namespace {

PITLANE_VECTOR_CLONES
void round_block(const float* __restrict r, const float* __restrict g, const float* __restrict b,
                 std::uint32_t* __restrict pixels) {
  const auto byte_of = [](float value) {
    const float rounded = value + 0.5F;
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(rounded < 255 ? rounded : 255));
  };
  for (int k = 0; k < kBlock; ++k) pixels[k] = byte_of(r[k]) | byte_of(g[k]) << 8 | byte_of(b[k]) << 16;
}

struct alignas(64) BlockColours {
  float r[kBlock] = {}, g[kBlock] = {}, b[kBlock] = {};
};

// Calls `paint(ground, begin, end)` for each run of blocks of one kind.
template <typename Paint>
void each_run(const std::vector<Ground>& blocks, std::size_t count, const Paint& paint) {
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    const Ground ground = blocks[begin];
    for (end = begin + 1; end < count && blocks[end] == ground;) ++end;
    paint(ground, begin, end);
  }
}

WideColumns wide_columns(const ColumnBlocks& columns) {
  return {columns.u.data(), columns.first.data(), columns.last.data(), columns.count()};
}

}  // namespace

GroundPainter::GroundPainter(const DistanceField& field, const Appearance& look)
    : field_(&field), bands_(look), texture_(look.noise_seed), code_(fastest_code()) {
  wide_.field = wide_field(field);
  wide_.line_mm = bands_.line_mm, wide_.road_mm = bands_.road_mm, wide_.verge_mm = bands_.verge_mm;
  wide_.road_noise = bands_.road_noise, wide_.grass_noise = bands_.grass_noise;
  std::copy(bands_.line.begin(), bands_.line.end(), wide_.line);
  std::copy(bands_.road.begin(), bands_.road.end(), wide_.road);
  std::copy(bands_.verge.begin(), bands_.verge.end(), wide_.verge);
  std::copy(bands_.grass.begin(), bands_.grass.end(), wide_.grass);
  const auto brightest = [](const std::array<float, 3>& colour, float noise) {
    return *std::max_element(colour.begin(), colour.end()) * (1 + GroundTexture::kMost * noise);
  };
  wide_.brightest =
      std::max({brightest(bands_.line, bands_.road_noise), brightest(bands_.road, bands_.road_noise),
                brightest(bands_.verge, bands_.grass_noise), brightest(bands_.grass, bands_.grass_noise)});
  wide_.texel_pairs = texture_.pairs();
  wide_.asphalt = texture_.values(GroundTexture::kAsphalt);
  wide_.blades = texture_.values(GroundTexture::kGrass);
  for (const auto kind : {GroundTexture::kAsphalt, GroundTexture::kGrass}) wide_.texels[kind] = texture_.bytes(kind);
}

Tint GroundPainter::tint_of(const GroundRow& row, Ground ground) const {
  const bool paved = ground == Ground::kLine || ground == Ground::kRoad;
  Tint tint;
  const std::array<float, 3>& colour = ground == Ground::kLine    ? bands_.line
                                       : ground == Ground::kRoad  ? bands_.road
                                       : ground == Ground::kVerge ? bands_.verge
                                                                  : bands_.grass;
  tint.red = colour[0], tint.green = colour[1], tint.blue = colour[2];
  tint.contrast = (paved ? bands_.road_noise : bands_.grass_noise) * row.noise;
  tint.share = row.share;
  tint.texture = texture_.values(paved ? GroundTexture::kAsphalt : GroundTexture::kGrass);
  return tint;
}

void GroundPainter::paint(const GroundRow& row, const ColumnBlocks& columns, const ColourRow& out) {
  PITLANE_CHECK(out.r.size() == columns.u.size() && out.g.size() == columns.u.size() &&
                out.b.size() == columns.u.size());
  if (code_ != CameraCode::kPortable) {
    const auto paint_fast = code_ == CameraCode::kAvx512 ? paint_avx512 : paint_avx2;
    return paint_fast(wide_, row, wide_columns(columns), out.r.data(), out.g.data(), out.b.data());
  }
  find_blocks(*field_, bands_, row, columns, blocks_);
  each_run(blocks_, columns.count(), [&](Ground ground, std::size_t begin, std::size_t end) {
    if (ground == Ground::kMixed) {
      for (std::size_t i = begin * kBlock; i < end * kBlock; i += kBlock)
        add_mixed(*field_, texture_, bands_, row, &columns.u[i], &out.r[i], &out.g[i], &out.b[i]);
      return;
    }
    add_tint({row, columns, begin, end}, tint_of(row, ground), out.r.data(), out.g.data(), out.b.data());
  });
}

void GroundPainter::paint_pixels(const GroundRow& row, const ColumnBlocks& columns, std::span<std::uint32_t> pixels) {
  PITLANE_CHECK(pixels.size() == columns.u.size());
  if (code_ != CameraCode::kPortable) {
    const auto paint_fast = code_ == CameraCode::kAvx512 ? paint_pixels_avx512 : paint_pixels_avx2;
    return paint_fast(wide_, row, wide_columns(columns), pixels.data());
  }
  find_blocks(*field_, bands_, row, columns, blocks_);
  each_run(blocks_, columns.count(), [&](Ground ground, std::size_t begin, std::size_t end) {
    if (ground == Ground::kMixed) {
      for (std::size_t i = begin * kBlock; i < end * kBlock; i += kBlock) {
        BlockColours c;
        add_mixed(*field_, texture_, bands_, row, &columns.u[i], c.r, c.g, c.b);
        round_block(c.r, c.g, c.b, &pixels[i]);
      }
      return;
    }
    store_tint({row, columns, begin, end}, tint_of(row, ground), pixels.data());
  });
}

void to_pixels(const ColourRow& values, std::span<std::uint32_t> pixels) {
  PITLANE_CHECK(pixels.size() % kBlock == 0 && values.r.size() == pixels.size() && values.g.size() == pixels.size() &&
                values.b.size() == pixels.size());
  for (std::size_t i = 0; i < pixels.size(); i += kBlock)
    round_block(&values.r[i], &values.g[i], &values.b[i], &pixels[i]);
}

}  // namespace pitlane
