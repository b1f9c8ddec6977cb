// Converters write the computation of a shape into the graph (SHAPE, STRIDED_SLICE, PACK, RESHAPE). With fixed sizes
// all of it is known.
#include <algorithm>
#include <numeric>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

Constant shape_of(const Tensor& tensor) { return make_integers(tensor.name + ".shape", tensor.shape); }

Result<std::vector<std::int64_t>> sliced(Translation& t, const Operator& op, const std::vector<std::int64_t>& values) {
  std::vector<std::int64_t> bounds[3];
  constexpr const char* kRoles[] = {"begin", "end", "strides"};
  for (std::size_t i = 0; i < 3; ++i) {
    PITLANE_TRY(bounds[i], t.needs_integers(op, i + 1, kRoles[i]));
    if (bounds[i].size() != 1) return unsupported(op.name + ": slices of several dimensions of whole numbers");
  }
  const auto* options = op.raw->builtin_options_as_StridedSlice();
  const auto count = static_cast<std::int64_t>(values.size());
  const auto place = [count](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + count : i, 0, count); };
  std::int64_t begin = place(bounds[0][0]), end = place(bounds[1][0]);
  if (options != nullptr && (options->begin_mask() & 1) != 0) begin = 0;
  if (options != nullptr && (options->end_mask() & 1) != 0) end = count;
  if (options != nullptr && (options->shrink_axis_mask() & 1) != 0) end = begin + 1;
  if (bounds[2][0] != 1 || begin >= end || end > count)
    return unsupported(op.name + ": takes " + std::to_string(begin) + " to " + std::to_string(end) + " of " +
                       std::to_string(count) + " whole numbers");
  return std::vector(values.begin() + begin, values.begin() + end);
}

Result<std::vector<std::int64_t>> gathered(Translation& t, const Operator& op,
                                           const std::vector<std::int64_t>& values) {
  PITLANE_TRY(const std::vector<std::int64_t> places, t.needs_integers(op, 1, "places"));
  std::vector<std::int64_t> result;
  for (const std::int64_t place : places) {
    if (place < 0 || std::cmp_greater_equal(place, values.size()))
      return corrupt(op.name + " takes number " + std::to_string(place) + " of " + std::to_string(values.size()));
    result.push_back(values[static_cast<std::size_t>(place)]);
  }
  return result;
}

Result<std::vector<std::int64_t>> joined(Translation& t, const Operator& op) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    PITLANE_TRY(const std::vector<std::int64_t> part, t.needs_integers(op, i, "part"));
    result.insert(result.end(), part.begin(), part.end());
  }
  return result;
}

Result<std::vector<std::int64_t>> product(const Operator& op, const std::vector<std::int64_t>& values) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 31;
  std::int64_t all = 1;
  for (const std::int64_t v : values) {
    if (v < 0 || v > kLargest || all * v > kLargest) return corrupt(op.name + " multiplies impossible sizes");
    all *= v;
  }
  return std::vector{all};
}

Result<std::vector<std::int64_t>> folded(Translation& t, const Operator& op) {
  if (op.code == Code::PACK || op.code == Code::CONCATENATION) return joined(t, op);
  PITLANE_TRY(const std::vector<std::int64_t> values, t.needs_integers(op, 0, "input"));
  switch (op.code) {
    case Code::STRIDED_SLICE:
      return sliced(t, op, values);
    case Code::GATHER:
      return gathered(t, op, values);
    case Code::REDUCE_PROD:
      return product(op, values);
    case Code::CAST:
    case Code::RESHAPE:
    case Code::SQUEEZE:
    case Code::EXPAND_DIMS:
      return values;
    default:
      return unsupported(op.name + ": this operator is not computed on whole numbers");
  }
}

}  // namespace

Result<bool> fold_integers(Translation& t, const Operator& op) {
  if (op.outputs.empty()) return corrupt(op.name + " makes nothing");
  if (op.code == Code::SHAPE) {
    PITLANE_TRY(const Tensor* tensor, t.input(op, 0));
    t.set_constant(op.outputs[0], shape_of(*tensor));
    return true;
  }
  // Numbers that flow in whole are activations that somebody cast, not shapes.
  const Constant* first = t.constant(op, 0);
  if (first == nullptr || !is_integer_index(first->type) || first->quantization.any()) return false;
  constexpr Code kCodes[] = {Code::PACK, Code::CONCATENATION, Code::STRIDED_SLICE, Code::GATHER,     Code::REDUCE_PROD,
                             Code::CAST, Code::RESHAPE,       Code::SQUEEZE,       Code::EXPAND_DIMS};
  if (std::ranges::find(kCodes, op.code) == std::end(kCodes)) return false;
  const Tensor& made = t.file.tensors[static_cast<std::size_t>(op.outputs[0])];
  if (!is_integer_index(made.type)) return false;
  constexpr std::int64_t kMost = 64;  // a shape's numbers
  if (element_count(first->shape) > kMost || op.inputs.size() > kMost)
    return unsupported(op.name + ": more whole numbers than a shape has");
  PITLANE_TRY(const std::vector<std::int64_t> values, folded(t, op));
  t.set_constant(op.outputs[0], make_integers(made.name, values));
  return true;
}

}  // namespace pitlane::tflite
