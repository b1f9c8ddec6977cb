#include "pitlane/formats/tflite/constant.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "pitlane/formats/tflite/tensor_bytes.h"

namespace pitlane::tflite {
namespace {

template <typename T>
T element(std::span<const std::byte> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

std::string where(const Constant& constant) { return "tensor '" + constant.name + "'"; }

std::size_t size_of(const Constant& constant) { return static_cast<std::size_t>(element_count(constant.shape)); }

/// How many neighbours in memory share an index of the quantised dimension.
std::size_t run_length(const Constant& constant) {
  std::size_t length = 1;
  for (std::size_t d = constant.quantization.dimension + 1; d < constant.shape.size(); ++d)
    length *= static_cast<std::size_t>(constant.shape[d]);
  return length;
}

/// Which of the scales an element has.
class ScaleIndex {
 public:
  explicit ScaleIndex(const Constant& constant)
      : count_(constant.quantization.scales.size()), run_(run_length(constant)) {}
  std::size_t operator()(std::size_t element) const { return count_ == 1 ? 0 : element / run_ % count_; }

 private:
  std::size_t count_, run_;
};

std::int64_t integer_at(const Constant& constant, std::size_t i) {
  const auto bytes = constant.data.bytes();
  switch (constant.type) {
    case tfl::TensorType::INT8:
      return element<std::int8_t>(bytes, i);
    case tfl::TensorType::UINT8:
    case tfl::TensorType::BOOL:
      return element<std::uint8_t>(bytes, i);
    case tfl::TensorType::INT16:
      return element<std::int16_t>(bytes, i);
    case tfl::TensorType::INT32:
      return element<std::int32_t>(bytes, i);
    default:
      return element<std::int64_t>(bytes, i);
  }
}

float real_at(const Constant& constant, const ScaleIndex& scale_index, std::size_t i) {
  if (constant.type == tfl::TensorType::FLOAT32) return element<float>(constant.data.bytes(), i);
  if (constant.type == tfl::TensorType::FLOAT16) return f16_to_f32(element<std::uint16_t>(constant.data.bytes(), i));
  const TensorQuantization& q = constant.quantization;
  if (!q.any()) return static_cast<float>(integer_at(constant, i));
  const std::size_t s = scale_index(i);
  // Zero points and values are far below 2^52 each; see check_quantization.
  return static_cast<float>(static_cast<double>(q.scales[s]) *
                            static_cast<double>(integer_at(constant, i) - q.zero_points[s]));
}

/// The file's bytes, or a copy where an element would lie across its alignment.
SharedBytes aligned(const SharedBytes& data, std::size_t element_bytes) {
  const auto bytes = data.bytes();
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % element_bytes == 0) return data;
  return SharedBytes(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

/// Distances from the zero point, if all of them fit.
bool fits_int8(const Constant& constant, std::vector<std::int8_t>& out) {
  const ScaleIndex scale_index(constant);
  out.resize(size_of(constant));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t q = integer_at(constant, i) - constant.quantization.zero_points[scale_index(i)];
    if (q < -127 || q > 127) return false;
    out[i] = static_cast<std::int8_t>(q);
  }
  return true;
}

bool symmetric(const Constant& constant) {
  const auto values = constant.data.bytes();
  return constant.type == tfl::TensorType::INT8 &&
         std::ranges::all_of(constant.quantization.zero_points, [](std::int64_t z) { return z == 0; }) &&
         std::ranges::find(values, std::byte{0x80}) == values.end();
}

}  // namespace

std::size_t bytes_per_element(tfl::TensorType type) {
  switch (type) {
    case tfl::TensorType::INT8:
    case tfl::TensorType::UINT8:
    case tfl::TensorType::BOOL:
      return 1;
    case tfl::TensorType::FLOAT16:
    case tfl::TensorType::INT16:
      return 2;
    case tfl::TensorType::FLOAT32:
    case tfl::TensorType::INT32:
      return 4;
    case tfl::TensorType::INT64:
      return 8;
    default:
      return 0;
  }
}

bool is_integer_index(tfl::TensorType type) { return type == tfl::TensorType::INT32 || type == tfl::TensorType::INT64; }

Result<std::vector<float>> real_values(const Constant& constant) {
  if (bytes_per_element(constant.type) == 0)
    return unsupported(where(constant) + " is of the type " + tfl::EnumNameTensorType(constant.type) +
                       ", which no layer here computes with");
  const ScaleIndex scale_index(constant);
  std::vector<float> values(size_of(constant));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = real_at(constant, scale_index, i);
    if (!std::isfinite(values[i]))
      return numeric_error(where(constant) + " holds NaN or infinity at element " + std::to_string(i) +
                           "; export the model again from sound weights");
  }
  return values;
}

Result<std::vector<std::int64_t>> integers(const Constant& constant) {
  if (!is_integer_index(constant.type))
    return corrupt(where(constant) + " should hold whole numbers, it is of the type " +
                   tfl::EnumNameTensorType(constant.type));
  std::vector<std::int64_t> values(size_of(constant));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = integer_at(constant, i);
  return values;
}

Constant make_integers(std::string name, const std::vector<std::int64_t>& values) {
  return {std::move(name), {static_cast<std::int64_t>(values.size())}, tfl::TensorType::INT64, bytes_of(values), {}};
}

Constant make_reals(std::string name, Shape shape, const std::vector<float>& values) {
  PITLANE_CHECK(element_count(shape) == static_cast<std::int64_t>(values.size()));
  return {std::move(name), std::move(shape), tfl::TensorType::FLOAT32, bytes_of(values), {}};
}

Constant transposed(const Constant& constant, const std::vector<std::size_t>& order) {
  PITLANE_CHECK(order.size() == constant.shape.size());
  Constant result = constant;
  std::vector<std::size_t> strides(order.size(), 1), step(order.size());
  for (std::size_t d = order.size(); d-- > 1;)
    strides[d - 1] = strides[d] * static_cast<std::size_t>(constant.shape[d]);
  for (std::size_t d = 0; d < order.size(); ++d) {
    result.shape[d] = constant.shape[order[d]];
    step[d] = strides[order[d]];
    if (order[d] == constant.quantization.dimension) result.quantization.dimension = d;
  }
  const std::size_t bytes = bytes_per_element(constant.type);
  std::vector<std::byte> moved(constant.data.bytes().size());
  std::vector<std::int64_t> index(order.size(), 0);
  std::size_t from = 0;
  for (std::size_t to = 0; to + bytes <= moved.size(); to += bytes) {
    std::memcpy(moved.data() + to, constant.data.bytes().data() + from * bytes, bytes);
    for (std::size_t d = order.size(); d-- > 0;) {
      from += step[d];
      if (++index[d] < result.shape[d]) break;
      from -= step[d] * static_cast<std::size_t>(result.shape[d]);
      index[d] = 0;
    }
  }
  result.data = SharedBytes(std::move(moved));
  return result;
}

Result<Weight> make_weight(const Constant& constant, Shape shape, bool int8) {
  PITLANE_CHECK(element_count(shape) == element_count(constant.shape));
  if (constant.type == tfl::TensorType::FLOAT32)
    return Weight{constant.name, std::move(shape), Storage::kF32, aligned(constant.data, sizeof(float)), {}};
  if (constant.type == tfl::TensorType::FLOAT16)
    return Weight{constant.name, std::move(shape), Storage::kF16, aligned(constant.data, 2), {}};
  const TensorQuantization& q = constant.quantization;
  const bool bytes = constant.type == tfl::TensorType::INT8 || constant.type == tfl::TensorType::UINT8;
  // Scales that run along another dimension than ours have no form here.
  const bool by_output =
      q.scales.size() == 1 || (q.dimension == 0 && std::cmp_equal(q.scales.size(), shape.empty() ? 0 : shape[0]));
  if (int8 && bytes && q.any() && by_output && !shape.empty()) {
    std::vector<float> scales = q.scales;
    if (scales.size() == 1) scales.assign(static_cast<std::size_t>(shape[0]), scales[0]);
    if (symmetric(constant)) return Weight{constant.name, std::move(shape), Storage::kI8, constant.data, scales};
    std::vector<std::int8_t> values;
    if (fits_int8(constant, values)) return make_i8_weight(constant.name, std::move(shape), values, scales);
  }
  PITLANE_TRY(std::vector<float> values, real_values(constant));
  return make_f32_weight(constant.name, std::move(shape), std::move(values));
}

}  // namespace pitlane::tflite
