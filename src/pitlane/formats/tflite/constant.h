// Tensors of a .tflite file whose content is in the file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/schema.h"
#include "pitlane/network/network.h"

namespace pitlane::tflite {

/// real = scale * (q - zero_point): one pair for the whole tensor, or one each index of a dimension.
struct TensorQuantization {
  std::vector<float> scales;              ///< empty: the elements are real numbers
  std::vector<std::int64_t> zero_points;  ///< as many as scales
  std::size_t dimension = 0;              ///< along which they run, if there are several
  [[nodiscard]] bool any() const { return !scales.empty(); }
};

/// Shares the bytes of the file as long as it can.
struct Constant {
  std::string name;
  Shape shape;
  tfl::TensorType type = tfl::TensorType::FLOAT32;
  SharedBytes data;  ///< element_count(shape) * bytes_per_element(type) bytes, perhaps unaligned
  TensorQuantization quantization;
  /// A quantised constant behind DEQUANTIZE: layers compute with its real values, in floating point.
  bool dequantized = false;
};

/// 0 for types of which no content is read.
std::size_t bytes_per_element(tfl::TensorType type);
bool is_integer_index(tfl::TensorType type);  ///< INT32 or INT64: what shapes and axes are written in

/// Errors name the tensor: types that are no numbers, NaN and infinity.
Result<std::vector<float>> real_values(const Constant& constant);
/// INT32 and INT64 alone.
Result<std::vector<std::int64_t>> integers(const Constant& constant);
Constant make_integers(std::string name, const std::vector<std::int64_t>& values);
Constant make_reals(std::string name, Shape shape, const std::vector<float>& values);

/// Dimension d of the result is dimension order[d] of the constant.
Constant transposed(const Constant& constant, const std::vector<std::size_t>& order);

/// A weight of that shape (same elements, same order), stored as the file stores it where our types can: real numbers
/// of 32 and 16 bits, and with `int8` integers whose distance from the zero point fits -127..127, with a scale for each
/// first index. What does not fit becomes f32, which is exact. The bytes of the file are shared where they may be.
Result<Weight> make_weight(const Constant& constant, Shape shape, bool int8);

}  // namespace pitlane::tflite
