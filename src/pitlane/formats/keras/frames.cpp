#include "pitlane/formats/keras/frames.h"

#include "pitlane/network/limits.h"

namespace pitlane::keras {
namespace {

/// Frame `t` of values joined along the last dimension.
ValueId cut(NetworkBuilder& builder, const std::string& name, ValueId stacked, std::int64_t t, std::int64_t size) {
  Shape end = builder.shape(stacked);
  Shape begin(end.size(), 0);
  begin.back() = t * size;
  end.back() = (t + 1) * size;
  return builder.add(name + ".frame" + std::to_string(t), Slice{std::move(begin), std::move(end)}, {stacked});
}

}  // namespace

Tensor whole(std::string name, Shape shape, ValueId stacked) {
  return {std::move(name), std::move(shape), stacked, {}};
}

Tensor of_frames(std::string name, const Shape& frame, std::vector<ValueId> frames) {
  Shape shape = {static_cast<std::int64_t>(frames.size())};
  shape.insert(shape.end(), frame.begin(), frame.end());
  return {std::move(name), std::move(shape), -1, std::move(frames)};
}

ValueId stacked(NetworkBuilder& builder, Tensor& tensor) {
  if (tensor.stacked >= 0) return tensor.stacked;
  tensor.stacked =
      tensor.frames.size() == 1 ? tensor.frames.front() : builder.add(tensor.name + ".frames", Concat{}, tensor.frames);
  return tensor.stacked;
}

const std::vector<ValueId>& frames(NetworkBuilder& builder, Tensor& tensor) {
  if (!tensor.frames.empty()) return tensor.frames;
  const std::int64_t steps = tensor.steps(), size = tensor.shape.back();
  for (std::int64_t t = 0; t < steps; ++t)
    tensor.frames.push_back(steps == 1 ? tensor.stacked : cut(builder, tensor.name, tensor.stacked, t, size));
  return tensor.frames;
}

ValueId flat(NetworkBuilder& builder, Tensor& tensor, const std::string& name) {
  if (tensor.shape.size() <= 2) return stacked(builder, tensor);
  if (tensor.steps() == 1) return builder.add(name, Flatten{}, {stacked(builder, tensor)});
  std::vector<ValueId> parts;
  for (const ValueId frame : frames(builder, tensor))
    parts.push_back(builder.add(name + "." + std::to_string(parts.size()), Flatten{}, {frame}));
  return builder.add(name, Concat{}, std::move(parts));
}

Tensor from_flat(NetworkBuilder& builder, std::string name, Shape shape, ValueId elements) {
  if (shape.size() <= 2) return whole(std::move(name), std::move(shape), elements);
  Tensor tensor{name, std::move(shape), -1, {}};
  const Shape frame = tensor.frame();
  const std::int64_t size = element_count(frame), steps = tensor.steps();
  for (std::int64_t t = 0; t < steps; ++t) {
    const ValueId part = steps == 1 ? elements : cut(builder, name, elements, t, size);
    tensor.frames.push_back(
        builder.add(steps == 1 ? name : name + ".picture" + std::to_string(t), Reshape{frame}, {part}));
  }
  return tensor;
}

Status check_shape(const Shape& shape) {
  if (shape.empty() || shape.size() > 4)
    return unsupported("tensors of " + std::to_string(shape.size()) +
                       " dimensions (without batch) are not supported; 1 to 4 are");
  if (!within_limits(shape)) return unsupported("a tensor of " + to_string(shape) + " is too large");
  const bool timed = shape.size() == 2 || shape.size() == 4;
  if (timed && shape.front() > kMostFrames)
    return unsupported("a sequence of " + std::to_string(shape.front()) + " steps is too long; the most is 1024");
  return {};
}

}  // namespace pitlane::keras
