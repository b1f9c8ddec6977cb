// Where a tensor lies in the workspace.
#pragma once

#include <cstddef>

#include "pitlane/network/op.h"
#include "pitlane/network/shape.h"

namespace pitlane {

/// Index of a piece of the workspace; see ArenaPlan.
using BufferId = int;

/// A tensor {height, width, channels} with room for a border around it, so that padded convolutions need no
/// branches. Counts in elements. Vectors are 1 x 1 x n.
struct Picture {
  BufferId buffer = -1;
  std::ptrdiff_t height = 1, width = 1, channels = 1;
  Padding padding;

  [[nodiscard]] std::ptrdiff_t row() const { return (width + padding.left + padding.right) * channels; }
  [[nodiscard]] std::ptrdiff_t origin() const { return padding.top * row() + padding.left * channels; }
  [[nodiscard]] std::ptrdiff_t rows() const { return height + padding.top + padding.bottom; }
  [[nodiscard]] std::size_t elements() const { return static_cast<std::size_t>(rows() * row()); }
  [[nodiscard]] std::size_t inside() const { return static_cast<std::size_t>(height * width * channels); }
  [[nodiscard]] std::size_t row_elements() const { return static_cast<std::size_t>(width * channels); }
  [[nodiscard]] bool padded() const { return !(padding == Padding{}); }
};

/// Without buffer and border.
inline Picture picture_of(const Shape& shape) {
  Picture picture;
  if (!shape.empty()) picture.channels = shape.back();
  if (shape.size() >= 2) picture.height = shape.front();
  for (std::size_t i = 1; i + 1 < shape.size(); ++i) picture.width *= shape[i];
  return picture;
}

/// The same numbers in another shape. A border belongs to a shape: a picture with one stays as it is.
inline Picture seen_as(const Picture& picture, const Shape& shape) {
  if (picture.padded()) return picture;
  Picture seen = picture_of(shape);
  seen.buffer = picture.buffer;
  return seen;
}

/// Whether both shapes lie in memory as the same picture.
inline bool same_picture(const Shape& a, const Shape& b) {
  const Picture x = picture_of(a), y = picture_of(b);
  return x.height == y.height && x.width == y.width && x.channels == y.channels;
}

}  // namespace pitlane
