// Weights of layers on their way from the file's order to ours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pitlane/formats/onnx/step.h"

namespace pitlane::onnx {

/// A constant of the file that becomes a weight {outputs, ...}: element (o, i) of ours, i over all dimensions but the
/// first, is element o * row_stride + columns[i] of the file's.
struct FileWeight {
  const Operand* operand = nullptr;
  Shape shape;
  std::int64_t row_stride = 0;
  std::vector<std::int64_t> columns;
  int output_axis = 0;  ///< of the file's tensor
};

/// ConvInteger or MatMulInteger before its scale is known.
struct IntegerLayer {
  ValueId input = -1;
  Op op;                            ///< Conv2d or Dense without a weight
  FileWeight weight;                ///< its operand is not used
  ConstantPtr bytes;                ///< int8 or uint8
  std::vector<std::int64_t> zeros;  ///< zero points: one, or one by output
};

/// Weights {O, I, KH, KW} of a convolution over a picture. Errors: not constant, not two-dimensional.
Result<FileWeight> conv_weight(Step& step, std::size_t input);
/// The matrix of a Gemm or MatMul, which reads `layout`'s last dimension. `transposed`: the file has {N, K}.
Result<FileWeight> dense_weight(Step& step, std::size_t input, const Layout& layout, bool transposed);

/// int8 where the constant came from DequantizeLinear and `quantized_input` says that the layer quantises what it
/// reads, binary16 where it was that in the file, else f32, times `factor`.
Result<WeightId> add_weight(Step& step, const FileWeight& weight, bool quantized_input, float factor = 1);
/// Would `add_weight` keep it in int8?
bool stays_int8(const FileWeight& weight);

/// A bias from an input that may be left out, repeated to `outputs` elements.
Result<WeightId> add_bias(Step& step, std::size_t input, std::int64_t outputs, float factor = 1);

/// Stride, padding (auto_pad solved) and groups of a Conv. `kernel`: {KH, KW}; `dims`: of the picture.
Result<Conv2d> conv_attributes(Step& step, const Shape& kernel, const Shape& dims);

/// Strides, padding and window that Conv and pools share.
struct Walk {
  int stride_h = 1, stride_w = 1;
  Padding padding;
};
Result<Walk> walk_attributes(Step& step, const Shape& kernel, const Shape& dims);

/// The value as it is on this grid, for who reads behind the quantisation alone: one more node, which merge_rounding
/// takes out where there is no other reader. Inputs have their first grid themselves, and are read on it.
Result<ValueId> read_on_grid(Step& step, ValueId value, const ActivationQuantization& grid);

/// A matrix over the last dimension of a tensor: Dense for one vector, a 1 x 1 convolution for several.
Result<Operand> apply_matrix(Step& step, const Operand& x, const Layout& layout, const FileWeight& matrix,
                             WeightId bias, float factor = 1);

}  // namespace pitlane::onnx
