// A tensor as Keras sees it, and the values of the network that hold it: Keras' {T, H, W, C} is one picture {H, W, T *
// C} here, or T pictures, whichever the layers before made; each is turned into the other only where a layer asks for
// it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/builder.h"

namespace pitlane::keras {

/// Time steps that are written out one by one.
inline constexpr std::int64_t kMostFrames = 1024;

struct Tensor {
  std::string name;             ///< of the layer that made it; nodes that split or join it are named after it
  Shape shape;                  ///< Keras', without batch: {F}, {T, F}, {H, W, C} or {T, H, W, C}
  ValueId stacked = -1;         ///< frames joined along the last dimension: {F}, {T * F}, {H, W, C} or {H, W, T * C}
  std::vector<ValueId> frames;  ///< one a time step; empty while only `stacked` is there

  [[nodiscard]] bool timed() const { return shape.size() == 2 || shape.size() == 4; }
  [[nodiscard]] std::int64_t steps() const { return timed() ? shape.front() : 1; }
  /// Shape of one frame.
  [[nodiscard]] Shape frame() const { return timed() ? Shape(shape.begin() + 1, shape.end()) : shape; }
};

/// Tensor of one value, {F} or {H, W, C}, or of all frames.
Tensor whole(std::string name, Shape shape, ValueId stacked);
Tensor of_frames(std::string name, const Shape& frame, std::vector<ValueId> frames);

/// The forms of a tensor; what is not there yet is appended to the network and remembered in the tensor.
ValueId stacked(NetworkBuilder& builder, Tensor& tensor);
const std::vector<ValueId>& frames(NetworkBuilder& builder, Tensor& tensor);
/// {n}: the elements in Keras' row-major order; `name` is for the node.
ValueId flat(NetworkBuilder& builder, Tensor& tensor, const std::string& name);
/// The inverse: a tensor of this shape from its elements in Keras' order.
Tensor from_flat(NetworkBuilder& builder, std::string name, Shape shape, ValueId elements);

/// "3x66x200x3" is what Keras can hold and we can: 1 to 4 dimensions, not too many time steps.
Status check_shape(const Shape& shape);

}  // namespace pitlane::keras
