// Values seen the way that an operator needs them: as a picture, with certain dimensions as channels, cut along one.
#pragma once

#include <string>
#include <vector>

#include "pitlane/formats/onnx/step.h"

namespace pitlane::onnx {

/// The value as {H, W, C} of an ONNX picture {1, C, H, W}. Errors: another rank, or elements in another order, which
/// only moving them could mend.
Result<ValueId> as_picture(Step& step, const Operand& x);

/// The value with the elements of `axes` as its last dimension (all of the value where they are 1 each), and for each
/// of those the element of a row-major constant with these strides by dimension.
struct ChannelView {
  ValueId value = -1;
  std::vector<std::int64_t> sources;
};
Result<ChannelView> as_channels(Step& step, const Operand& x, const std::vector<int>& axes,
                                const std::vector<std::int64_t>& strides);

/// value * gamma + beta, by the last dimension; the value itself where that changes nothing.
Result<ValueId> affine(Step& step, const std::string& suffix, ValueId value, const std::vector<float>& gamma,
                       const std::vector<float>& beta);
/// The same with one number for all.
Result<ValueId> affine(Step& step, const std::string& suffix, ValueId value, float gamma, float beta);

/// `layout` with a dimension of another size; a dimension without atoms gets one before atom `place`.
Layout resized(const Layout& layout, int axis, const AxisView& view, std::int64_t size, std::size_t place);

/// Elements begin to end - 1 of a dimension.
Result<Operand> slice(Step& step, const std::string& suffix, const Operand& x, int axis, std::int64_t begin,
                      std::int64_t end);

/// "{1, 24, 31, 98}".
std::string braced(const Shape& dims);

}  // namespace pitlane::onnx
