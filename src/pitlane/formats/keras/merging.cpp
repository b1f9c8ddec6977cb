// Layers with several inputs.
#include <algorithm>

#include "pitlane/formats/keras/readers.h"

namespace pitlane::keras {
namespace {

enum class Merge { kAdd, kMultiply, kConcatenate };

Result<Merge> kind_of(const Layer& layer) {
  if (layer.class_name == "Add") return Merge::kAdd;
  if (layer.class_name == "Multiply") return Merge::kMultiply;
  if (layer.class_name == "Concatenate") return Merge::kConcatenate;
  PITLANE_TRY(const std::string mode, layer.settings.text({"mode"}, "sum"));  // Keras 1
  if (mode == "sum") return Merge::kAdd;
  if (mode == "mul") return Merge::kMultiply;
  if (mode == "concat") return Merge::kConcatenate;
  return layer.settings.cannot("the mode '" + mode + "' is not supported; sum, mul and concat are");
}

/// The second of two may be one number per channel, {1, 1, C} beside {H, W, C}; then `first` and `second` are in order.
bool broadcasts(const Tensor& large, const Tensor& small) {
  const bool one_each = element_count(small.shape) == small.shape.back();
  return large.shape.size() == small.shape.size() && !large.timed() && one_each &&
         (small.shape.back() == large.shape.back() || small.shape.back() == 1);
}

Result<Tensor> pairwise(Layer& layer, Tensor first, Tensor second, const Op& op, const std::string& name) {
  if (first.shape != second.shape && !broadcasts(first, second)) std::swap(first, second);
  if (first.shape != second.shape && !broadcasts(first, second))
    return layer.settings.cannot("combines " + to_string(first.shape) + " with " + to_string(second.shape) +
                                 ", which is not supported");
  Tensor output{layer.name, first.shape, -1, {}};
  if (first.stacked >= 0 && second.stacked >= 0) {
    output.stacked = layer.builder.add(name, op, {first.stacked, second.stacked});
    return output;
  }
  const std::vector<ValueId> a = frames(layer.builder, first), b = frames(layer.builder, second);
  for (std::size_t t = 0; t < a.size(); ++t)
    output.frames.push_back(layer.builder.add(frame_name(name, t, a.size()), op, {a[t], b[t]}));
  return output;
}

/// Along the last dimension, frame by frame.
Result<Tensor> join_channels(Layer& layer, Inputs& inputs) {
  std::vector<std::vector<ValueId>> parts(static_cast<std::size_t>(inputs.front().steps()));
  for (Tensor& input : inputs) {
    const std::vector<ValueId>& all = frames(layer.builder, input);
    for (std::size_t t = 0; t < parts.size(); ++t) parts[t].push_back(all[t]);
  }
  std::vector<ValueId> joined;
  for (std::vector<ValueId>& part : parts)
    joined.push_back(layer.builder.add(frame_name(layer.name, joined.size(), parts.size()), Concat{}, std::move(part)));
  Tensor output{layer.name, inputs.front().shape, -1, std::move(joined)};
  output.shape.back() = 0;
  for (const Tensor& input : inputs) output.shape.back() += input.shape.back();
  return output;
}

/// Along the first dimension: frames behind frames, rows below rows.
Result<Tensor> join_first(Layer& layer, Inputs& inputs) {
  Shape shape = inputs.front().shape;
  shape.front() = 0;
  for (const Tensor& input : inputs) shape.front() += input.shape.front();
  if (const Status status = check_shape(shape); !status.ok()) return status.error().in(layer.settings.who());
  std::vector<ValueId> parts;
  for (Tensor& input : inputs) {
    if (shape.size() == 3) {
      parts.push_back(flat(layer.builder, input, layer.name + ".flat" + std::to_string(parts.size())));
      continue;
    }
    const std::vector<ValueId>& all = frames(layer.builder, input);
    parts.insert(parts.end(), all.begin(), all.end());
  }
  if (shape.size() != 3) return Tensor{layer.name, shape, -1, std::move(parts)};
  const ValueId all = layer.builder.add(layer.name + ".flat", Concat{}, std::move(parts));
  return from_flat(layer.builder, layer.name, shape, all);
}

Result<Tensor> concatenate(Layer& layer, Inputs& inputs) {
  const auto rank = static_cast<std::int64_t>(inputs.front().shape.size());
  PITLANE_TRY(std::int64_t axis, layer.settings.integer({"axis", "concat_axis"}, -1));
  axis = axis < 0 ? axis + rank : axis - 1;  // without the batch
  if (axis < 0 || axis >= rank) return layer.settings.bad("'axis' is none of its inputs' dimensions");
  for (const Tensor& input : inputs) {
    Shape alike = input.shape;
    if (alike.size() == inputs.front().shape.size())
      alike[static_cast<std::size_t>(axis)] = inputs.front().shape[static_cast<std::size_t>(axis)];
    if (alike != inputs.front().shape)
      return layer.settings.bad("cannot join " + to_string(inputs.front().shape) + " and " + to_string(input.shape));
  }
  if (axis == rank - 1) return join_channels(layer, inputs);
  if (axis == 0) return join_first(layer, inputs);
  return layer.settings.cannot("joins along dimension " + std::to_string(axis + 1) +
                               ", which is not supported; the first and the last are");
}

}  // namespace

Result<Tensor> read_merge(Layer& layer, Inputs& inputs) {
  PITLANE_TRY(const Merge kind, kind_of(layer));
  if (inputs.size() < 2 && kind != Merge::kConcatenate) return layer.settings.bad("combines fewer than two inputs");
  if (kind == Merge::kConcatenate) return concatenate(layer, inputs);
  const Op op = kind == Merge::kAdd ? Op(Add{}) : Op(Multiply{});
  Tensor sum = inputs.front();
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const bool last = i + 1 == inputs.size();
    PITLANE_TRY(
        sum, pairwise(layer, std::move(sum), inputs[i], op, last ? layer.name : layer.name + "." + std::to_string(i)));
  }
  return sum;
}

}  // namespace pitlane::keras
