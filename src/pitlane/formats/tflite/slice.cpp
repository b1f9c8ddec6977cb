// SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK: ranges of each dimension. Those in front choose among the parts, the
// rest is cut out of each.
#include <algorithm>
#include <numeric>

#include "pitlane/formats/tflite/operators.h"
#include "pitlane/network/limits.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

/// begin, begin + step, ... below end.
struct Range {
  std::int64_t begin = 0, end = 0, step = 1;
  /// Of a range that is not empty; steps may be as large as they like.
  [[nodiscard]] std::int64_t count() const { return (end - begin - 1) / step + 1; }
};
using Ranges = std::vector<Range>;

Ranges whole(const Shape& shape) {
  Ranges ranges;
  for (const std::int64_t size : shape) ranges.push_back({0, size, 1});
  return ranges;
}

/// Parts whose shape is the end of the tensor's.
Result<Parts> fitting_parts(Translation& t, const Operator& op, std::size_t i) {
  PITLANE_TRY(const Tensor* tensor, t.input(op, i));
  PITLANE_TRY(const Parts parts, t.parts(op, i));
  if (t.fits(parts, tensor->shape)) return parts;
  const Shape& shape = tensor->shape;
  return t.parts(op, i, shape.size() < 2 ? shape : Shape(shape.begin() + 1, shape.end()));
}

/// Indices of the chosen parts, in row-major order of the dimensions in front.
std::vector<std::size_t> chosen(const Shape& front, const Ranges& ranges) {
  std::vector<std::size_t> places = {0};
  for (std::size_t d = 0; d < front.size(); ++d) {
    std::vector<std::size_t> next;
    for (const std::size_t place : places)
      for (std::int64_t i = ranges[d].begin; i < ranges[d].end; i += ranges[d].step)
        next.push_back(place * static_cast<std::size_t>(front[d]) + static_cast<std::size_t>(i));
    places = std::move(next);
  }
  return places;
}

Result<ValueId> cut(Translation& t, const Operator& op, ValueId part, std::span<const Range> ranges) {
  const Shape shape = t.builder.shape(part);
  Slice slice;
  bool all = true, strided = false;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const Range& r = ranges[d];
    // Up to the last element taken, so that a stride's remainder is no window of its own.
    const std::int64_t end = r.begin + (r.count() - 1) * r.step + 1;
    slice.begin.push_back(r.begin);
    slice.end.push_back(end);
    all = all && r.begin == 0 && end == shape[d];
    strided = strided || (r.step != 1 && r.count() > 1);
  }
  ValueId result = all ? part : t.add(t.name(op), slice, {part});
  if (!strided) return result;
  if (shape.size() != 3 || ranges[2].step != 1 || ranges[0].step > 1024 || ranges[1].step > 1024)
    return unsupported(op.name + ": steps above 1 within " + to_string(shape) + " are not translated");
  Pool2d every;
  every.stride_h = static_cast<int>(ranges[0].step);
  every.stride_w = static_cast<int>(ranges[1].step);
  return t.add(t.name(op) + ".steps", every, {result});
}

Result<Parts> take(Translation& t, const Operator& op, const Parts& parts, const Shape& shape, const Ranges& ranges) {
  const std::size_t front = shape.size() - t.builder.shape(parts.front()).size();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const Range& r = ranges[d];
    if (r.step < 1 || r.begin < 0 || r.begin >= r.end || r.end > shape[d])
      return unsupported(op.name + " takes " + std::to_string(r.begin) + " to " + std::to_string(r.end) +
                         " in steps of " + std::to_string(r.step) + " from dimension " + std::to_string(d) + " of " +
                         to_string(shape));
  }
  Parts made;
  const std::span<const Range> rest(ranges.begin() + static_cast<std::ptrdiff_t>(front), ranges.end());
  for (const std::size_t place :
       chosen(Shape(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(front)), ranges)) {
    PITLANE_TRY(const ValueId part, cut(t, op, parts[place], rest));
    made.push_back(part);
  }
  return made;
}

Result<Ranges> ranges_of_slice(Translation& t, const Operator& op, const Shape& shape) {
  PITLANE_TRY(const std::vector<std::int64_t> begin, t.needs_integers(op, 1, "begin"));
  PITLANE_TRY(const std::vector<std::int64_t> size, t.needs_integers(op, 2, "size"));
  if (begin.size() != shape.size() || size.size() != shape.size())
    return corrupt(op.name + ": its begin and size do not fit " + to_string(shape));
  Ranges ranges;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (begin[d] < 0 || begin[d] > shape[d] || size[d] < -1 || size[d] > shape[d])
      return corrupt(op.name + " takes " + std::to_string(size[d]) + " from " + std::to_string(begin[d]) +
                     " of dimension " + std::to_string(d) + " of " + to_string(shape));
    ranges.push_back({begin[d], size[d] == -1 ? shape[d] : begin[d] + size[d], 1});
  }
  return ranges;
}

/// One range a dimension: an ellipsis stands for the dimensions that are not named, a new axis for none.
class StridedRanges {
 public:
  StridedRanges(const Operator& op, const tfl::StridedSliceOptions& options, const Shape& shape)
      : op_(op), options_(options), shape_(shape) {}

  Result<Ranges> read(Translation& t) {
    PITLANE_TRY(begin_, t.needs_integers(op_, 1, "begin"));
    PITLANE_TRY(end_, t.needs_integers(op_, 2, "end"));
    PITLANE_TRY(step_, t.needs_integers(op_, 3, "strides"));
    if (begin_.size() > 32 || begin_.size() != end_.size() || begin_.size() != step_.size())
      return corrupt(op_.name + ": its begin, end and strides differ in number");
    ranges_ = whole(shape_);
    std::size_t d = 0;
    for (std::size_t i = 0; i < begin_.size(); ++i) {
      if (has(options_.new_axis_mask(), i)) continue;
      if (has(options_.ellipsis_mask(), i)) {
        d += unnamed();
        continue;
      }
      if (d >= shape_.size()) return corrupt(op_.name + ": names more dimensions than " + to_string(shape_) + " has");
      ranges_[d] = range(i, shape_[d]);
      ++d;
    }
    return ranges_;
  }

 private:
  static bool has(std::int32_t mask, std::size_t i) { return ((static_cast<std::uint32_t>(mask) >> i) & 1U) != 0; }

  [[nodiscard]] std::size_t unnamed() const {
    std::size_t named = 0;
    for (std::size_t i = 0; i < begin_.size(); ++i)
      if (!has(options_.new_axis_mask(), i) && !has(options_.ellipsis_mask(), i)) ++named;
    return shape_.size() > named ? shape_.size() - named : 0;
  }

  /// Numbers beyond any size mean what the nearest of these means, and can be added to one.
  static std::int64_t near(std::int64_t number) {
    constexpr std::int64_t kFar = std::int64_t{1} << 40;
    static_assert(kFar > kLargestTensor);
    return std::clamp(number, -kFar, kFar);
  }

  [[nodiscard]] Range range(std::size_t i, std::int64_t size) const {
    const auto place = [size](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size); };
    Range r{has(options_.begin_mask(), i) ? 0 : place(begin_[i]), has(options_.end_mask(), i) ? size : place(end_[i]),
            near(step_[i])};
    if (options_.offset() && !has(options_.end_mask(), i)) r.end = place(r.begin + near(end_[i]));
    if (has(options_.shrink_axis_mask(), i)) r = {r.begin, r.begin + 1, 1};
    return r;
  }

  const Operator& op_;
  const tfl::StridedSliceOptions& options_;
  const Shape& shape_;
  std::vector<std::int64_t> begin_, end_, step_;
  Ranges ranges_;
};

struct Cuts {
  std::size_t input = 0, axis = 0;
  std::vector<std::int64_t> sizes;
};

Result<Cuts> read_cuts(Translation& t, const Operator& op) {
  Cuts cuts;
  std::int64_t axis = 0;
  const std::size_t outputs = op.outputs.size();
  if (op.code == Code::UNPACK) {
    const auto* options = op.raw->builtin_options_as_Unpack();
    if (options == nullptr) return corrupt(op.name + " has no options");
    axis = options->axis();
  } else {
    cuts.input = op.code == Code::SPLIT ? 1 : 0;
    PITLANE_TRY(const std::vector<std::int64_t> known, t.needs_integers(op, op.code == Code::SPLIT ? 0 : 2, "axis"));
    if (known.size() != 1) return corrupt(op.name + ": needs one axis");
    axis = known[0];
  }
  PITLANE_TRY(const Tensor* tensor, t.input(op, cuts.input));
  PITLANE_TRY(cuts.axis, axis_of(op, axis, tensor->shape));
  const std::int64_t size = tensor->shape[cuts.axis];
  if (op.code == Code::SPLIT_V) {
    PITLANE_TRY(cuts.sizes, t.needs_integers(op, 1, "sizes"));
    std::int64_t known = 0;
    for (const std::int64_t s : cuts.sizes) known += std::clamp<std::int64_t>(s, 0, size);
    std::ranges::replace(cuts.sizes, -1, size - known);
  } else {
    cuts.sizes.assign(outputs, outputs == 0 ? 0 : size / static_cast<std::int64_t>(outputs));
  }
  // Each within the size before they are added.
  const bool sane = std::ranges::all_of(cuts.sizes, [&](std::int64_t s) { return s >= 1 && s <= size; });
  if (cuts.sizes.size() != outputs || outputs > kMostParts || !sane ||
      std::accumulate(cuts.sizes.begin(), cuts.sizes.end(), std::int64_t{0}) != size)
    return corrupt(op.name + ": does not cut dimension " + std::to_string(cuts.axis) + " of " +
                   to_string(tensor->shape) + " into its " + std::to_string(outputs) + " outputs");
  return cuts;
}

}  // namespace

Status translate_slice(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  Ranges ranges;
  if (op.code == Code::SLICE) {
    PITLANE_TRY(ranges, ranges_of_slice(t, op, input->shape));
  } else {
    const auto* options = op.raw->builtin_options_as_StridedSlice();
    if (options == nullptr) return corrupt(op.name + " has no options");
    PITLANE_TRY(ranges, StridedRanges(op, *options, input->shape).read(t));
  }
  PITLANE_TRY(const Parts parts, fitting_parts(t, op, 0));
  PITLANE_TRY(const Parts made, take(t, op, parts, input->shape, ranges));
  return t.set_output(op, 0, made);
}

Status translate_split(Translation& t, const Operator& op) {
  PITLANE_TRY(const Cuts cuts, read_cuts(t, op));
  PITLANE_TRY(const Tensor* input, t.input(op, cuts.input));
  PITLANE_TRY(const Parts parts, fitting_parts(t, op, cuts.input));
  Ranges ranges = whole(input->shape);
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < op.outputs.size(); ++i) {
    ranges[cuts.axis] = {begin, begin + cuts.sizes[i], 1};
    begin += cuts.sizes[i];
    PITLANE_TRY(const Parts made, take(t, op, parts, input->shape, ranges));
    PITLANE_TRY_STATUS(t.set_output(op, i, made));
  }
  return {};
}

}  // namespace pitlane::tflite
