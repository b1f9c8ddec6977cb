// What a kernel is given: plain pointers and counts. Included by ISA-specific sources, so nothing here may
// define code.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitlane::kernels {

/// Geometry of a convolution over a picture whose border is already there (padding is memory, not branches).
/// Counts and steps in elements. One kernel row (kernel_w * in_c elements) is contiguous in the picture.
struct ConvGeometry {
  int out_h = 0, out_w = 0, out_c = 0;
  int kernel_h = 0;
  int row_length = 0;            ///< kernel_w * in_c
  std::ptrdiff_t in_row = 0;     ///< from one input row to the next
  std::ptrdiff_t in_step_y = 0;  ///< stride_h * in_row
  std::ptrdiff_t in_step_x = 0;  ///< stride_w * in_c
  std::ptrdiff_t out_row = 0;    ///< from one output row to the next
  std::ptrdiff_t out_pixel = 0;  ///< from one output pixel to the next, >= out_c
};

/// out = [relu](bias + sum(weights * in)). `weights` and `bias` as pack.h lays them out for this level.
struct ConvF32 {
  ConvGeometry geometry;
  const float* input = nullptr;
  const float* weights = nullptr;
  const float* bias = nullptr;
  float* output = nullptr;
  bool relu = false;
};

/// As ConvF32, with inputs rounded to bfloat16 and weights that are: products are exact in binary32, sums are rounded.
struct ConvBf16 {
  ConvGeometry geometry;
  const float* input = nullptr;
  const std::uint16_t* weights = nullptr;
  const float* bias = nullptr;
  float* output = nullptr;
  bool relu = false;
  std::uint16_t* narrow_input = nullptr;  ///< memory of wide_input_elements (pack.h): the rounded input
};

/// From exact integer sums to the result. With `start` = -zero_point * sum(w) the sum is that of
/// (x_q - zero_point) * w_q. Then y = float(sum) * multiplier + bias, rounded after each operation (never
/// fused), [relu], and where output_u8 is given q = clamp(rne(y * inverse_scale) + zero_point, 0, 255).
/// All levels give the same bits.
struct Requantize {
  const std::int32_t* start = nullptr;
  const float* multiplier = nullptr;
  const float* bias = nullptr;
  bool relu = false;
  float* output_f32 = nullptr;  ///< exactly one of the two outputs is set
  std::uint8_t* output_u8 = nullptr;
  float inverse_scale = 1;
  std::int32_t zero_point = 0;
};

/// Reads up to 63 bytes behind the last element of `input`; they do not change the result. Sums must fit
/// 32 bits: kernel_h * row_length <= kMaxI8Terms.
struct ConvI8 {
  ConvGeometry geometry;
  const std::uint8_t* input = nullptr;
  const void* weights = nullptr;  ///< as pack_i8 lays them out
  Requantize requantize;
  std::int16_t* wide_input = nullptr;  ///< memory of wide_input_elements (pack.h), where the layout is wide
};

/// Largest count of products u8 * s8 (|s8| <= 127) whose sum, minus a zero point's share, fits 32 bits.
inline constexpr int kMaxI8Terms = 0x7FFFFFFF / (255 * 127);

/// Convolution of a picture with its border in which each of `groups` equal parts of the outputs sees its part of the
/// channels alone. Outputs g * outputs .. (g + 1) * outputs - 1 belong to part g.
struct GroupGeometry {
  int out_h = 0, out_w = 0;
  int groups = 1;
  int channels = 1, outputs = 1;  ///< of one group
  int kernel_h = 1, kernel_w = 1;
  std::ptrdiff_t in_row = 0;     ///< from one input row to the next
  std::ptrdiff_t in_step_y = 0;  ///< stride_h * in_row
  std::ptrdiff_t in_step_x = 0;  ///< stride_w * groups * channels
  std::ptrdiff_t out_row = 0;    ///< from one output row to the next
};

/// out = [relu](bias + sum(weights * in)). Weights are {groups, kernel_h, kernel_w, channels, outputs}; with one
/// channel and one output a group (depthwise) that is {kernel_h, kernel_w, groups}.
struct GroupedF32 {
  GroupGeometry geometry;
  const float* input = nullptr;
  const float* weights = nullptr;
  const float* bias = nullptr;
  float* output = nullptr;
  bool relu = false;
};

/// Weights as in GroupedF32. Sums must fit 32 bits: kernel_h * kernel_w * channels <= kMaxI8Terms.
struct GroupedI8 {
  GroupGeometry geometry;
  const std::uint8_t* input = nullptr;
  const std::int8_t* weights = nullptr;
  Requantize requantize;
};

/// Weights of inputs that are zero are not read: behind a relu that is half of the memory traffic.
struct DenseF32 {
  int inputs = 0, outputs = 0;
  const float* input = nullptr;
  const float* weights = nullptr;
  const float* bias = nullptr;
  float* output = nullptr;
  bool relu = false;
  std::int32_t* active = nullptr;  ///< memory of active_elements(inputs) (pack.h)
};

/// Weights stay binary16 in memory (half the bandwidth) and are widened in registers.
struct DenseF16 {
  int inputs = 0, outputs = 0;
  const float* input = nullptr;
  const std::uint16_t* weights = nullptr;
  const float* bias = nullptr;
  float* output = nullptr;
  bool relu = false;
  std::int32_t* active = nullptr;  ///< as in DenseF32
};

/// A bfloat16: the upper half of a binary32.
struct Bf16 {
  std::uint16_t bits;
};

/// As DenseF16 with weights in bfloat16. `input` should hold rounded numbers: it is taken as it is.
struct DenseBf16 {
  int inputs = 0, outputs = 0;
  const float* input = nullptr;
  const Bf16* weights = nullptr;
  const float* bias = nullptr;
  float* output = nullptr;
  bool relu = false;
  std::int32_t* active = nullptr;  ///< as in DenseF32
};

/// Same promises as ConvI8.
struct DenseI8 {
  int inputs = 0, outputs = 0;
  const std::uint8_t* input = nullptr;
  const std::int8_t* weights = nullptr;
  Requantize requantize;
};

/// As DenseI8, but the weights of inputs whose byte is zero are not read: `weights` as pack_i8_rows lays them out.
struct DenseI8Rows {
  int inputs = 0, outputs = 0;
  const std::uint8_t* input = nullptr;
  const std::int8_t* weights = nullptr;
  Requantize requantize;
  std::int32_t* active = nullptr;  ///< memory of active_elements(inputs) (pack.h): which inputs are not zero
  std::uint8_t* values = nullptr;  ///< as many bytes: their values
};

/// As DenseI8Rows, with weights of which zeros take a bit: rows as pack_i8_sparse lays them out.
struct DenseI8Sparse {
  int inputs = 0, outputs = 0;
  const std::uint8_t* input = nullptr;
  const std::uint8_t* rows = nullptr;
  const std::uint32_t* offsets = nullptr;  ///< where each block's rows begin in `rows`, and the end
  Requantize requantize;
  std::int32_t* active = nullptr;  ///< as in DenseI8Rows
  std::uint8_t* values = nullptr;
};

/// As DenseI8Rows, with weights of at most sixteen different values: four bits each, as pack_i8_codes lays them out.
struct DenseI8Codes {
  int inputs = 0, outputs = 0;
  const std::uint8_t* input = nullptr;
  const std::uint8_t* codes = nullptr;
  const std::int8_t* book = nullptr;  ///< the value of each code, 16
  Requantize requantize;
  std::int32_t* active = nullptr;  ///< as in DenseI8Rows
  std::uint8_t* values = nullptr;
};

/// Where a pixel of three bytes between two pixels is taken from, in fixed point.
struct ResampleTap {
  std::int32_t offset = 0;  ///< of the left pixel, in bytes; the right one follows it
  std::int16_t left_weight = 0, right_weight = 0;
};

/// out[3 x + c] = left_weight * left[c] + right_weight * right[c]
struct ResampleRow {
  const std::uint8_t* source = nullptr;
  std::size_t source_bytes = 0;  ///< that may be read
  const ResampleTap* taps = nullptr;
  std::size_t pixels = 0;
  bool swap = false;            ///< first and last channel change places
  std::int32_t* out = nullptr;  ///< 3 * pixels, and one more that is overwritten
};

/// out = (upper_weight * upper + lower_weight * lower + 2^(shift - 1)) >> shift
struct BlendRows {
  const std::int32_t* upper = nullptr;
  const std::int32_t* lower = nullptr;
  std::int32_t upper_weight = 0, lower_weight = 0;
  int shift = 1;
  std::uint8_t* out = nullptr;
  std::size_t count = 0;
};

/// Range of a float tensor, zero included. `finite` is false if any element is NaN or infinite.
struct Range {
  float low = 0, high = 0;
  bool finite = true;
};

/// Functions beyond relu, which the other kernels fuse. Numbers equal those of pitlane::Activation.
enum class Curve : std::uint8_t {
  kNone = 0,
  kRelu = 1,
  kElu = 2,        ///< x > 0 ? x : alpha (exp(x) - 1)
  kLeakyRelu = 3,  ///< x > 0 ? x : alpha x
  kTanh = 4,
  kSigmoid = 5,
  kRelu6 = 6,
  kHardSigmoid = 7,  ///< min(1, max(0, alpha x + 0.5))
};

/// out = clamp(rne(curve(in) * inverse_scale) + zero_point, 0, 255)
struct CurveQuantize {
  const float* in = nullptr;
  std::uint8_t* out = nullptr;
  std::size_t count = 0;
  Curve curve = Curve::kNone;
  float alpha = 0;
  float inverse_scale = 1;
  std::int32_t zero_point = 0;
};

/// One step of an LSTM cell at each of `pixels`, from the sums of its gates:
///
///   c = gate(sum of input) * tanh(sum of candidate) + gate(sum of forget) * before
///   h = gate(sum of output) * tanh(c)
///
/// with the roundings of `curve`, `multiply` and `add` one after the other, so all levels give the same bits. May read
/// 63 bytes behind the last element of what it reads; what is written overlaps nothing else.
struct Lstm {
  std::size_t pixels = 0, units = 0;
  const float* sums = nullptr;
  const float* more_sums = nullptr;  ///< null, or added to `sums` first
  std::size_t sums_pixel = 0;        ///< from one pixel's sums to the next one's
  /// Where among a pixel's sums each gate's `units` begin.
  std::size_t input = 0, forget = 0, candidate = 0, output = 0;
  Curve gate = Curve::kSigmoid;  ///< or kHardSigmoid, which looks at `alpha`
  float alpha = 0;
  const float* before = nullptr;  ///< {pixels, units}; null stands for zeros: no forget gate
  float* cell = nullptr;          ///< {pixels, units} for c; null where nobody reads it
  float* hidden = nullptr;        ///< likewise for h
};

/// Largest or mean of windows over a picture without border; windows are cut at its edges, and none lies outside
/// altogether. Counts and steps in elements.
struct Pool {
  int in_h = 0, in_w = 0, channels = 0;
  int out_h = 0, out_w = 0;
  int window_h = 1, window_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0;
  std::ptrdiff_t in_row = 0;   ///< from one input row to the next
  std::ptrdiff_t out_row = 0;  ///< from one output row to the next
  const float* input = nullptr;
  float* output = nullptr;
};

/// How a level wants weights packed; see pack.h.
struct PanelLayout {
  int lanes = 8;              ///< outputs in one vector (even)
  int max_halves = 2;         ///< half vectors in one panel at most (even)
  int group = 1;              ///< consecutive inputs stored together: 1 for floats, 2 for bfloat16, 4 for int8
  bool even_odd = false;      ///< int8 without VNNI: inputs 0, 2 of all outputs first, then 1, 3
  bool half_vectors = false;  ///< a panel may end in half a vector
  bool wide = false;          ///< int8 without VNNI: weights and inputs are widened to 16 bits once, not at each use
  /// int8 without instructions that multiply u8 by s8: the kernel takes 128 off each input, and each panel begins with
  /// what its sums then lack, 128 * (sum of weights), an int32 an output.
  bool signed_inputs = false;
};

}  // namespace pitlane::kernels
