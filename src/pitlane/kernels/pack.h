// Weights in the order in which kernels read them. A panel is a few vectors of outputs; inside it come kernel
// rows, then steps of `group` inputs (the last one filled with zeros), then outputs. Panels follow each other. With
// signed_inputs an int32 for each output of the panel comes first.
#pragma once

#include <cstdint>
#include <span>

#include "pitlane/kernels/aligned_buffer.h"
#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {

/// Size of a weight matrix: {outputs, rows, row_length}; dense layers have one row.
struct WeightSize {
  int outputs = 0, rows = 1, row_length = 0;
};

/// Outputs rounded up to whole panels: bias, multiplier and start need that many elements.
int padded_outputs(const PanelLayout& layout, int outputs);

/// Outputs of a whole panel, and elements of its packed weights: so far apart lie the panels' beginnings.
int whole_panel_outputs(const PanelLayout& layout);
std::size_t whole_panel_elements(const PanelLayout& layout, const WeightSize& size);

/// Elements of ConvI8::wide_input and ConvBf16::narrow_input: more than the kernel reads of the input, in whole
/// vectors.
std::size_t wide_input_elements(const ConvGeometry& geometry);

/// Elements of DenseF32::active: whole vectors.
std::size_t active_elements(int inputs);

AlignedBuffer pack_f32(const PanelLayout& layout, const WeightSize& size, std::span<const float> weights);
/// Elements of 16 bits, whatever they mean: bfloat16 too.
AlignedBuffer pack_u16(const PanelLayout& layout, const WeightSize& size, std::span<const std::uint16_t> weights);
/// Elements of 16 bits where the layout is wide, else of 8.
AlignedBuffer pack_i8(const PanelLayout& layout, const WeightSize& size, std::span<const std::int8_t> weights);

/// Outputs of one block of pack_i8_rows: four vectors of 64 bytes.
inline constexpr int kRowBlock = 256;
/// For DenseI8Rows: blocks of up to kRowBlock outputs; in a block one row per input; in a row the outputs in such an
/// order (see row_position in pack.cpp) that four rows, interleaved byte by byte, give sixteen outputs in a row.
AlignedBuffer pack_i8_rows(int outputs, int inputs, std::span<const std::int8_t> weights);

/// For DenseI8Sparse: blocks and orders as in pack_i8_rows; a row is a bit for each output, then the weights that are
/// not zero. Up to 4 GiB.
struct SparseRows {
  AlignedBuffer rows;
  AlignedBuffer offsets;  ///< std::uint32_t
};
SparseRows pack_i8_sparse(int outputs, int inputs, std::span<const std::int8_t> weights);

/// For DenseI8Codes: blocks as in pack_i8_rows, filled up to 128 outputs; a byte has the code of an output below, and
/// in its upper half that of the output 64 behind it.
struct CodeRows {
  AlignedBuffer codes;
  AlignedBuffer book;  ///< std::int8_t, the value of each code; 16
};
/// Have the weights at most sixteen different values?
bool fits_codes(std::span<const std::int8_t> weights);
/// fits_codes must hold.
CodeRows pack_i8_codes(int outputs, int inputs, std::span<const std::int8_t> weights);

/// Size of grouped convolution weights {groups * outputs, taps, channels}: outputs and channels of one group.
struct GroupSize {
  int groups = 1, outputs = 1, taps = 1, channels = 1;
};
/// To {groups, taps, channels, outputs}, or {taps, groups} where a group has one channel and one output.
AlignedBuffer pack_groups_f32(const GroupSize& size, std::span<const float> weights);
AlignedBuffer pack_groups_i8(const GroupSize& size, std::span<const std::int8_t> weights);
/// Copies a vector of one element per output and fills up with zeros.
AlignedBuffer pad_f32(const PanelLayout& layout, std::span<const float> values);
AlignedBuffer pad_i32(const PanelLayout& layout, std::span<const std::int32_t> values);

}  // namespace pitlane::kernels
