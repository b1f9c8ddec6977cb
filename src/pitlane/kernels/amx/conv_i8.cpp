// Integer convolution by tiles: up to 16 neighbouring pixels of a row times 16 outputs an instruction, 64 bytes of a
// kernel row deep. Pixels are rows of a tile as they lie in memory, so nothing is copied.
#include "pitlane/kernels/amx/tile.h"
#include "pitlane/kernels/avx512vnni/vector.h"
#include "pitlane/kernels/conv_i8_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {
namespace {

constexpr int kOutputs = 16;    // of one tile
constexpr int kDepth = 16;      // steps of four inputs in one tile
constexpr int kStepBytes = 64;  // weights of one step
// Tiles 0 to 3 hold sums. Inputs and weights have a second pair for the shorter last piece of a kernel row.
constexpr int kInput = 4, kWeights = 5, kLastInput = 6, kLastWeights = 7;
constexpr int kSums = 4;

/// How a convolution is cut into tiles.
struct Cut {
  explicit Cut(const ConvGeometry& g) {
    const int steps = (g.row_length + 3) / 4;
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

/// M tiles of pixels and N tiles of outputs, whose sums are tiles m * N + n.
template <int M, int N>
struct Block {
  const ConvI8& conv;
  const Cut& cut;
  const std::uint8_t* input[M];
  const std::int8_t* weights;
  int output;            // the first
  std::ptrdiff_t at[M];  // where the results of each tile of pixels go

  template <int Sum>
  void start() const {
    load_tile<Sum>(conv.requantize.start + output + Sum % N * kOutputs, 0);
    if constexpr (Sum + 1 < M * N) start<Sum + 1>();
  }

  template <int Input, int Weights, int Sum>
  void multiply(std::ptrdiff_t in, std::ptrdiff_t w) const {
    if constexpr (Sum % N == 0) load_tile<Input>(input[Sum / N] + in, conv.geometry.in_step_x);
    load_tile<Weights>(weights + Sum % N * cut.panel_bytes + w, kStepBytes);
    dot_tile<Sum, Input, Weights>();
    if constexpr (Sum + 1 < M * N) multiply<Input, Weights, Sum + 1>(in, w);
  }

  template <int Sum>
  void finish() const {
    alignas(64) __m512i sums[16];
    store_tile<Sum>(sums, 64);
    const int first = output + Sum % N * kOutputs;
    requantize_column<Avx512Vnni>(conv.requantize, {first, conv.geometry.out_c - first, sums, cut.pixels,
                                                    at[Sum / N] + Sum % N * kOutputs, conv.geometry.out_pixel});
    if constexpr (Sum + 1 < M * N) finish<Sum + 1>();
  }

  void run() const {
    start<0>();
    std::ptrdiff_t w = 0;
    for (int row = 0; row < conv.geometry.kernel_h; ++row) {
      std::ptrdiff_t in = row * conv.geometry.in_row;
      for (int piece = 1; piece < cut.pieces; ++piece, in += cut.depth * 4, w += cut.depth * kStepBytes)
        multiply<kInput, kWeights, 0>(in, w);
      multiply<kLastInput, kLastWeights, 0>(in, w);
      w += cut.last_depth * kStepBytes;
    }
    finish<0>();
  }
};

/// N panels of 16 outputs, over the whole picture. Four sums at a time hide the latency of the multiplications.
template <int N>
void panels(const ConvI8& c, const Cut& cut, const std::int8_t* weights, int output) {
  constexpr int kMost = kSums / N;
  const ConvGeometry& g = c.geometry;
  for (int y = 0; y < g.out_h; ++y) {
    const auto x_of = [&](int tile) {
      const int x = tile * cut.pixels;
      return x + cut.pixels <= g.out_w ? x : g.out_w - cut.pixels;
    };
    const auto input_of = [&](int tile) { return c.input + y * g.in_step_y + x_of(tile) * g.in_step_x; };
    const auto at_of = [&](int tile) { return y * g.out_row + x_of(tile) * g.out_pixel + output; };
    int tile = 0;
    if constexpr (kMost == 4) {
      for (; tile + 4 <= cut.tiles; tile += 4)
        Block<4, N>{c,       cut,    {input_of(tile), input_of(tile + 1), input_of(tile + 2), input_of(tile + 3)},
                    weights, output, {at_of(tile), at_of(tile + 1), at_of(tile + 2), at_of(tile + 3)}}
            .run();
    }
    if constexpr (kMost == 2) {
      for (; tile + 2 <= cut.tiles; tile += 2)
        Block<2, N>{c, cut, {input_of(tile), input_of(tile + 1)}, weights, output, {at_of(tile), at_of(tile + 1)}}
            .run();
    }
    for (; tile < cut.tiles; ++tile) Block<1, N>{c, cut, {input_of(tile)}, weights, output, {at_of(tile)}}.run();
  }
}

}  // namespace

void conv_i8_amx(const ConvI8& c) {
  const Cut cut(c.geometry);
  const TileScope scope(cut.shapes());
  const auto* weights = static_cast<const std::int8_t*>(c.weights);
  for (int output = 0; output < c.geometry.out_c;) {
    const int left = (c.geometry.out_c - output + kOutputs - 1) / kOutputs;
    const int count = left > 4 ? (left == 5 ? 3 : 4) : left;  // five are three and two, not four and one
    if (count == 4) panels<4>(c, cut, weights, output);
    if (count == 3) panels<3>(c, cut, weights, output);
    if (count == 2) panels<2>(c, cut, weights, output);
    if (count == 1) panels<1>(c, cut, weights, output);
    weights += count * cut.panel_bytes;
    output += count * kOutputs;
  }
}

LevelLayouts layouts_amx() {
  LevelLayouts layouts = layouts_avx512vnni();
  layouts.conv_i8 = {kOutputs, 2, 4, false, false};
  return layouts;
}

}  // namespace pitlane::kernels
