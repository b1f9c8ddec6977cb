// CONCATENATION, PACK, PAD, PADV2, TILE, BROADCAST_TO.
#include <algorithm>
#include <numeric>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

/// Along the last dimension, part by part, if all inputs have parts that fit.
bool along_channels(Translation& t, const Operator& op, const std::vector<Parts>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Shape& shape = t.file.tensors[static_cast<std::size_t>(op.inputs[i])].shape;
    Shape part = t.builder.shape(inputs[i].front()), first = t.builder.shape(inputs.front().front());
    if (!t.fits(inputs[i], shape) || inputs[i].size() != inputs.front().size() || part.empty() ||
        part.size() != first.size())
      return false;
    part.back() = first.back() = 1;
    if (part != first) return false;
  }
  return true;
}

bool all_alike(Translation& t, const std::vector<Parts>& inputs) {
  return std::ranges::all_of(inputs, [&](const Parts& parts) {
    return t.builder.shape(parts.front()) == t.builder.shape(inputs.front().front());
  });
}

Result<Parts> joined_runs(Translation& t, const Operator& op, std::int64_t outer) {
  std::vector<Parts> runs;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    PITLANE_TRY(const Tensor* tensor, t.input(op, i));
    const std::int64_t count = element_count(tensor->shape);
    if (count % outer != 0) return corrupt(op.name + ": its inputs do not fit each other");
    PITLANE_TRY(Parts run, t.parts(op, i, {count / outer}));
    runs.push_back(std::move(run));
  }
  Parts made;
  for (std::size_t o = 0; o < static_cast<std::size_t>(outer); ++o) {
    Parts row;
    for (const Parts& run : runs) row.push_back(run[o]);
    made.push_back(t.add(t.name(op), Concat{}, row));
  }
  return made;
}

Result<Parts> joined(Translation& t, const Operator& op, std::size_t axis, bool last) {
  PITLANE_TRY(const Tensor* first, t.input(op, 0));
  std::vector<Parts> inputs;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    PITLANE_TRY(Parts parts, t.parts(op, i));
    inputs.push_back(std::move(parts));
  }
  const auto outer_end = first->shape.begin() + static_cast<std::ptrdiff_t>(axis);
  const std::int64_t outer = std::accumulate(first->shape.begin(), outer_end, std::int64_t{1}, std::multiplies<>());
  Parts made;
  if (last && along_channels(t, op, inputs)) {
    for (std::size_t p = 0; p < inputs.front().size(); ++p) {
      Parts row;
      for (const Parts& parts : inputs) row.push_back(parts[p]);
      made.push_back(t.add(t.name(op), Concat{}, row));
    }
    return made;
  }
  if (outer == 1 && all_alike(t, inputs)) {
    for (const Parts& parts : inputs) made.insert(made.end(), parts.begin(), parts.end());
    if (made.size() > kMostParts) return unsupported(op.name + ": joins more than 4096 parts");
    return made;
  }
  return joined_runs(t, op, outer);
}

Result<float> pad_value(Translation& t, const Operator& op) {
  if (op.code != Code::PADV2) return 0.F;
  PITLANE_TRY(const Constant* value, t.needs_constant(op, 2, "value"));
  PITLANE_TRY(const std::vector<float> real, real_values(*value));
  if (real.size() != 1) return corrupt(op.name + ": needs one value to pad with");
  return real.front();
}

}  // namespace

Status translate_concat(Translation& t, const Operator& op) {
  if (op.inputs.empty()) return corrupt(op.name + " joins nothing");
  PITLANE_TRY(const Tensor* first, t.input(op, 0));
  Shape shape = first->shape;
  std::int64_t axis = 0;
  auto activation = tfl::FusedActivation::NONE;
  if (op.code == Code::PACK) {
    const auto* options = op.raw->builtin_options_as_Pack();
    if (options == nullptr) return corrupt(op.name + " has no options");
    axis = options->axis();
    shape.push_back(1);  // only for counting dimensions
  } else {
    const auto* options = op.raw->builtin_options_as_Concatenation();
    if (options == nullptr) return corrupt(op.name + " has no options");
    axis = options->axis();
    activation = options->fused_activation();
  }
  PITLANE_TRY_STATUS(check_fused(op, activation));
  PITLANE_TRY(const std::size_t d, axis_of(op, axis, shape));
  PITLANE_TRY(Parts made, joined(t, op, d, op.code == Code::CONCATENATION && d + 1 == shape.size()));
  for (ValueId& part : made) part = t.activated(t.name(op) + ".activation", part, activation);
  return t.set_output(op, 0, made);
}

Status translate_pad(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  PITLANE_TRY(const std::vector<std::int64_t> sizes, t.needs_integers(op, 1, "padding"));
  const std::size_t rank = input->shape.size();
  if (sizes.size() != 2 * rank) return corrupt(op.name + ": its padding does not fit " + to_string(input->shape));
  for (const std::int64_t size : sizes)
    if (size < 0 || size > 1024) return corrupt(op.name + " pads by " + std::to_string(size) + ", the limit is 1024");
  PITLANE_TRY(const float value, pad_value(t, op));
  if (std::ranges::all_of(sizes, [](std::int64_t size) { return size == 0; })) {
    PITLANE_TRY(const Parts same, t.parts(op, 0));
    return t.set_output(op, 0, same);
  }
  const auto at = [&](std::size_t d, std::size_t side) { return static_cast<int>(sizes[2 * d + side]); };
  for (std::size_t d = 0; d < rank; ++d)
    if ((rank < 4 || d + 3 < rank || d + 1 == rank) && at(d, 0) + at(d, 1) != 0)
      return unsupported(op.name + ": padding of dimension " + std::to_string(d) + " of " + to_string(input->shape) +
                         " is not translated; known are height and width of pictures");
  PITLANE_TRY(const Parts pictures, t.parts(op, 0, Shape(input->shape.end() - 3, input->shape.end())));
  const Pad pad{{at(rank - 3, 0), at(rank - 2, 0), at(rank - 3, 1), at(rank - 2, 1)}, value};
  Parts made;
  for (const ValueId picture : pictures) made.push_back(t.add(t.name(op), pad, {picture}));
  return t.set_output(op, 0, made);
}

Status translate_repeat(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  PITLANE_TRY(const Tensor* made, t.output(op));
  const Shape& shape = made->shape;
  const std::int64_t channels = shape.empty() ? 1 : shape.back();
  const std::int64_t pixels = element_count(shape) / channels;
  if (element_count(input->shape) != channels || input->shape.empty() || input->shape.back() != channels)
    return unsupported(op.name + ": repeating " + to_string(input->shape) + " to " + to_string(shape) +
                       " is not translated; known are vectors repeated over a picture or over time");
  PITLANE_TRY(const Parts vector, t.parts(op, 0, {channels}));
  if (shape.size() == 4 && shape[0] == 1 && shape[1] < (1 << 20) && shape[2] < (1 << 20))
    return t.set_output(
        op, 0, {t.add(t.name(op), Expand{static_cast<int>(shape[1]), static_cast<int>(shape[2])}, {vector.front()})});
  if (pixels > static_cast<std::int64_t>(kMostParts)) return unsupported(op.name + ": repeats more than 4096 times");
  return t.set_output(op, 0, Parts(static_cast<std::size_t>(pixels), vector.front()));
}

}  // namespace pitlane::tflite
