#include "pitlane/sim/ground_tint.h"

#include "pitlane/core/vector_clones.h"
#include "pitlane/sim/ground_texture.h"

namespace pitlane {
namespace {

struct alignas(64) Texels {
  float fx[kBlock], fy[kBlock];
  std::int32_t at[kBlock];
  float low[kBlock], low_next[kBlock], high[kBlock], high_next[kBlock];
};

PITLANE_VECTOR_CLONES
void locate_texels(const GroundRow& row, const float* __restrict u, Texels& t) {
  for (int k = 0; k < kBlock; ++k) {
    const float x = row.x0 + u[k] * row.dx, y = row.y0 + u[k] * row.dy;
    const auto ix = static_cast<std::int32_t>(x);
    const auto iy = static_cast<std::int32_t>(y);
    t.fx[k] = x - static_cast<float>(ix);
    t.fy[k] = y - static_cast<float>(iy);
    t.at[k] = (iy & (GroundTexture::kCells - 1)) * GroundTexture::kStride + (ix & (GroundTexture::kCells - 1));
  }
}

void fetch_texels(const float* texture, Texels& t) {
  for (int k = 0; k < kBlock; ++k) {
    const float* texel = texture + t.at[k];
    t.low[k] = texel[0], t.low_next[k] = texel[1];
    t.high[k] = texel[GroundTexture::kStride], t.high_next[k] = texel[GroundTexture::kStride + 1];
  }
}

// The order of operations is that of shade() in ground_mixed.cpp: a block has the same bits whichever paints it.
PITLANE_VECTOR_CLONES
void brighten(const Tint& tint, const Texels& t, float* __restrict weight) {
  for (int k = 0; k < kBlock; ++k) {
    const float low = t.low[k] + t.fx[k] * (t.low_next[k] - t.low[k]);
    const float high = t.high[k] + t.fx[k] * (t.high_next[k] - t.high[k]);
    weight[k] = tint.share * (1 + tint.contrast * (low + t.fy[k] * (high - low)));
  }
}

PITLANE_VECTOR_CLONES
void add_weighted(const Tint& tint, const float* __restrict weight, float* __restrict r, float* __restrict g,
                  float* __restrict b) {
  for (int k = 0; k < kBlock; ++k) {
    r[k] += weight[k] * tint.red;
    g[k] += weight[k] * tint.green;
    b[k] += weight[k] * tint.blue;
  }
}

std::uint32_t byte_of(float value) {
  const float rounded = value + 0.5F;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(rounded < 255 ? rounded : 255));
}

PITLANE_VECTOR_CLONES
void store_weighted(const Tint& tint, const float* __restrict weight, std::uint32_t* __restrict pixels) {
  for (int k = 0; k < kBlock; ++k)
    pixels[k] =
        byte_of(weight[k] * tint.red) | byte_of(weight[k] * tint.green) << 8 | byte_of(weight[k] * tint.blue) << 16;
}

void weigh(const TintedRun& run, const Tint& tint, std::size_t block, float* weight) {
  Texels texels;
  locate_texels(run.row, &run.columns.u[block * kBlock], texels);
  fetch_texels(tint.texture, texels);
  brighten(tint, texels, weight);
}

}  // namespace

void add_tint(const TintedRun& run, const Tint& tint, float* r, float* g, float* b) {
  alignas(64) float weight[kBlock];
  for (std::size_t block = run.begin; block < run.end; ++block) {
    weigh(run, tint, block, weight);
    add_weighted(tint, weight, r + block * kBlock, g + block * kBlock, b + block * kBlock);
  }
}

void store_tint(const TintedRun& run, const Tint& tint, std::uint32_t* pixels) {
  alignas(64) float weight[kBlock];
  for (std::size_t block = run.begin; block < run.end; ++block) {
    weigh(run, tint, block, weight);
    store_weighted(tint, weight, pixels + block * kBlock);
  }
}

}  // namespace pitlane
