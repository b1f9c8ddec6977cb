// How a window walks over a picture, in TensorFlow's terms.
#pragma once

#include <cstdint>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/layer.h"
#include "pitlane/network/op.h"

namespace pitlane::keras {

/// One number for each of the dimensions walked over: {rows, columns} or {time, rows, columns}.
struct Window {
  std::vector<std::int64_t> size, stride, dilation;
  bool same = false;  ///< padded so that the output has ceil(input / stride) steps

  /// Of a convolution of `dimensions` dimensions; of a pooling.
  static Result<Window> of_convolution(const Layer& layer, std::size_t dimensions);
  static Result<Window> of_pooling(const Layer& layer, std::size_t dimensions);

  /// Steps that dimension `d` takes up, holes of the dilation included.
  [[nodiscard]] std::int64_t reach(std::size_t d) const { return (size[d] - 1) * dilation[d] + 1; }
  /// What is added before and behind dimension `d` of this length; the odd one comes behind.
  [[nodiscard]] std::int64_t before(std::size_t d, std::int64_t length) const { return added(d, length) / 2; }
  [[nodiscard]] std::int64_t behind(std::size_t d, std::int64_t length) const {
    return added(d, length) - before(d, length);
  }
  /// Steps of the output; not positive where the window does not fit.
  [[nodiscard]] std::int64_t steps(std::size_t d, std::int64_t length) const {
    return same ? (length + stride[d] - 1) / stride[d] : (length - reach(d)) / stride[d] + (length >= reach(d) ? 1 : 0);
  }
  /// Rows and columns are dimensions `first` and `first + 1`.
  [[nodiscard]] Padding padding(std::size_t first, std::int64_t height, std::int64_t width) const;

 private:
  [[nodiscard]] std::int64_t added(std::size_t d, std::int64_t length) const;
};

}  // namespace pitlane::keras
