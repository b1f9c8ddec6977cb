// Convolution by tiles: up to 16 neighbouring pixels of a row times 16 outputs an instruction, 64 bytes of a kernel row
// deep. Pixels are rows of a tile as they lie in memory, so nothing is copied.
#pragma once

#include <immintrin.h>

#include "pitlane/kernels/amx/tile.h"
#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

constexpr int kOutputs = 16;    // of one tile
constexpr int kDepth = 16;      // steps in one tile: each is four bytes of input, so four int8 or two bfloat16
constexpr int kStepBytes = 64;  // weights of one step
// Tiles 0 to 3 hold sums. Inputs and weights have a second pair for the shorter last piece of a kernel row.
constexpr int kInput = 4, kWeights = 5, kLastInput = 6, kLastWeights = 7;
constexpr int kSums = 4;

/// How a convolution is cut into tiles.
struct Cut {
  Cut(const ConvGeometry& g, int elements_of_step) {
    const int steps = (g.row_length + elements_of_step - 1) / elements_of_step;
    panel_bytes = static_cast<std::ptrdiff_t>(g.kernel_h) * steps * kStepBytes;
    pieces = (steps + kDepth - 1) / kDepth;
    depth = (steps + pieces - 1) / pieces;
    last_depth = steps - (pieces - 1) * depth;
    tiles = (g.out_w + 15) / 16;
    pixels = (g.out_w + tiles - 1) / tiles;
  }
  std::ptrdiff_t panel_bytes;  // weights of 16 outputs
  int pieces;                  // of a kernel row
  int depth, last_depth;       // steps of all pieces but the last, and of that
  int tiles, pixels;           // tiles of so many pixels cover a row, the last of them overlapping the one before

  [[nodiscard]] TileShapes shapes() const {
    TileShapes shapes;
    for (int sum = 0; sum < kSums; ++sum) shapes.set(sum, pixels, 64);
    shapes.set(kInput, pixels, depth * 4);
    shapes.set(kWeights, depth, 64);
    shapes.set(kLastInput, pixels, last_depth * 4);
    shapes.set(kLastWeights, last_depth, 64);
    return shapes;
  }
};

/// Sums of one tile: sixteen outputs of each of its pixels.
struct TileResult {
  int output;           // the first
  int count;            // of outputs that there are; may be more than sixteen
  const __m512i* sums;  // one a pixel
  int pixels;
  std::ptrdiff_t at;  // where the first pixel's output goes
};

/// M tiles of pixels and N tiles of outputs, whose sums are tiles m * N + n. Kind says what is multiplied:
///   Conv (arguments of the kernel), Element (of the input), kStep (elements of a step),
///   start(conv, output): sixteen first sums, multiply<Sum, Input, Weights>(), finish(conv, TileResult).
template <typename Kind, int M, int N>
struct Block {
  const typename Kind::Conv& conv;
  const Cut& cut;
  const typename Kind::Element* input[M];
  const std::byte* weights;
  int output;            // the first
  std::ptrdiff_t at[M];  // where the results of each tile of pixels go

  static constexpr std::ptrdiff_t kElement = sizeof(typename Kind::Element);

  template <int Sum>
  void start() const {
    load_tile<Sum>(Kind::start(conv, output + Sum % N * kOutputs), 0);
    if constexpr (Sum + 1 < M * N) start<Sum + 1>();
  }

  template <int Input, int Weights, int Sum>
  void multiply(std::ptrdiff_t in, std::ptrdiff_t w) const {
    if constexpr (Sum % N == 0) load_tile<Input>(input[Sum / N] + in, conv.geometry.in_step_x * kElement);
    load_tile<Weights>(weights + Sum % N * cut.panel_bytes + w, kStepBytes);
    Kind::template multiply<Sum, Input, Weights>();
    if constexpr (Sum + 1 < M * N) multiply<Input, Weights, Sum + 1>(in, w);
  }

  template <int Sum>
  void finish() const {
    alignas(64) __m512i sums[16];
    store_tile<Sum>(sums, 64);
    const int first = output + Sum % N * kOutputs;
    Kind::finish(conv, {first, conv.geometry.out_c - first, sums, cut.pixels, at[Sum / N] + Sum % N * kOutputs});
    if constexpr (Sum + 1 < M * N) finish<Sum + 1>();
  }

  void run() const {
    start<0>();
    std::ptrdiff_t w = 0;
    for (int row = 0; row < conv.geometry.kernel_h; ++row) {
      std::ptrdiff_t in = row * conv.geometry.in_row;
      for (int piece = 1; piece < cut.pieces; ++piece, in += cut.depth * Kind::kStep, w += cut.depth * kStepBytes)
        multiply<kInput, kWeights, 0>(in, w);
      multiply<kLastInput, kLastWeights, 0>(in, w);
      w += cut.last_depth * kStepBytes;
    }
    finish<0>();
  }
};

/// N panels of 16 outputs, over the whole picture. Four sums at a time hide the latency of the multiplications.
template <typename Kind, int N>
void panels(const typename Kind::Conv& c, const typename Kind::Element* input, const Cut& cut, const std::byte* weights,
            int output) {
  constexpr int kMost = kSums / N;
  const ConvGeometry& g = c.geometry;
  for (int y = 0; y < g.out_h; ++y) {
    const auto x_of = [&](int tile) {
      const int x = tile * cut.pixels;
      return x + cut.pixels <= g.out_w ? x : g.out_w - cut.pixels;
    };
    const auto input_of = [&](int tile) { return input + y * g.in_step_y + x_of(tile) * g.in_step_x; };
    const auto at_of = [&](int tile) { return y * g.out_row + x_of(tile) * g.out_pixel + output; };
    int tile = 0;
    if constexpr (kMost == 4) {
      for (; tile + 4 <= cut.tiles; tile += 4)
        Block<Kind, 4, N>{c,       cut,    {input_of(tile), input_of(tile + 1), input_of(tile + 2), input_of(tile + 3)},
                          weights, output, {at_of(tile), at_of(tile + 1), at_of(tile + 2), at_of(tile + 3)}}
            .run();
    }
    if constexpr (kMost == 2) {
      for (; tile + 2 <= cut.tiles; tile += 2)
        Block<Kind, 2, N>{c, cut, {input_of(tile), input_of(tile + 1)}, weights, output, {at_of(tile), at_of(tile + 1)}}
            .run();
    }
    for (; tile < cut.tiles; ++tile) Block<Kind, 1, N>{c, cut, {input_of(tile)}, weights, output, {at_of(tile)}}.run();
  }
}

template <typename Kind>
void conv_tiles(const typename Kind::Conv& c, const typename Kind::Element* input) {
  const Cut cut(c.geometry, Kind::kStep);
  const TileScope scope(cut.shapes());
  const auto* weights = reinterpret_cast<const std::byte*>(c.weights);
  for (int output = 0; output < c.geometry.out_c;) {
    const int left = (c.geometry.out_c - output + kOutputs - 1) / kOutputs;
    const int count = left > 4 ? (left == 5 ? 3 : 4) : left;  // five are three and two, not four and one
    if (count == 4) panels<Kind, 4>(c, input, cut, weights, output);
    if (count == 3) panels<Kind, 3>(c, input, cut, weights, output);
    if (count == 2) panels<Kind, 2>(c, input, cut, weights, output);
    if (count == 1) panels<Kind, 1>(c, input, cut, weights, output);
    weights += count * cut.panel_bytes;
    output += count * kOutputs;
  }
}

}  // namespace
}  // namespace pitlane::kernels
