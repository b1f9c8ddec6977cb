#include "pitlane/formats/onnx/constant.h"

#include <cstring>
#include <utility>

#include "pitlane/network/limits.h"
#include "pitlane/network/weight.h"

namespace pitlane::onnx {
namespace {

/// Bytes of an element in raw_data; 0 for types that are not read.
std::size_t raw_size(ElementType type) {
  switch (type) {
    case ElementType::kUint8:
    case ElementType::kInt8:
    case ElementType::kBool:
      return 1;
    case ElementType::kHalf:
      return 2;
    case ElementType::kFloat:
    case ElementType::kInt32:
      return 4;
    case ElementType::kInt64:
    case ElementType::kDouble:
      return 8;
    case ElementType::kUndefined:
      break;
  }
  return 0;
}

template <typename From, typename To, typename Convert>
void convert_raw(std::span<const std::byte> raw, std::vector<To>& to, const Convert& convert) {
  to.resize(raw.size() / sizeof(From));
  for (std::size_t i = 0; i < to.size(); ++i) {
    From value;
    std::memcpy(&value, raw.data() + i * sizeof(From), sizeof(From));
    to[i] = convert(value);
  }
}

template <typename From, typename To>
void convert_raw(std::span<const std::byte> raw, std::vector<To>& to) {
  convert_raw<From>(raw, to, [](From value) { return static_cast<To>(value); });
}

void fill_from_raw(std::span<const std::byte> raw, Constant& constant) {
  switch (constant.type) {
    case ElementType::kUint8:
    case ElementType::kInt8:
      return convert_raw<std::uint8_t>(raw, constant.bytes);
    case ElementType::kBool:
      return convert_raw<std::uint8_t>(raw, constant.integers);
    case ElementType::kHalf:
      return convert_raw<std::uint16_t>(raw, constant.reals, f16_to_f32);
    case ElementType::kFloat:
      return convert_raw<float>(raw, constant.reals);
    case ElementType::kInt32:
      return convert_raw<std::int32_t>(raw, constant.integers);
    case ElementType::kInt64:
      return convert_raw<std::int64_t>(raw, constant.integers);
    case ElementType::kDouble:
      return convert_raw<double>(raw, constant.reals);
    case ElementType::kUndefined:
      break;
  }
}

/// The fields float_data, int32_data, int64_data and double_data of TensorProto.
Status fill_from_fields(const TensorDef& tensor, std::size_t count, Constant& constant) {
  std::vector<std::int64_t> integers;
  const auto visit = [&](const Field& f) -> Status {
    if (f.number == 4) return append_floats(f, "float_data", count, constant.reals);
    if (f.number == 5 || f.number == 7) return append_integers(f, "int32_data or int64_data", count, integers);
    if (f.number != 10) return {};
    PITLANE_TRY_STATUS(expect(f, WireType::kBytes, "double_data"));
    if (f.content.bytes.size() / sizeof(double) > count) return corrupt("double_data is longer than the shape says");
    convert_raw<double>(f.content.bytes, constant.reals);
    return {};
  };
  PITLANE_TRY_STATUS(for_each_field(tensor.message, visit));
  if (constant.type == ElementType::kUint8 || constant.type == ElementType::kInt8)
    for (const std::int64_t value : integers) constant.bytes.push_back(static_cast<std::uint8_t>(value));
  else if (constant.type == ElementType::kHalf)
    for (const std::int64_t bits : integers) constant.reals.push_back(f16_to_f32(static_cast<std::uint16_t>(bits)));
  else
    constant.integers = std::move(integers);
  return {};
}

Result<std::span<const std::byte>> raw_data(const TensorDef& tensor, bool& found) {
  std::span<const std::byte> raw;
  const auto visit = [&](const Field& f) -> Status {
    if (f.number != 9) return {};
    PITLANE_TRY_STATUS(expect(f, WireType::kBytes, "raw_data"));
    raw = f.content.bytes;
    found = true;
    return {};
  };
  PITLANE_TRY_STATUS(for_each_field(tensor.message, visit));
  return raw;
}

std::size_t numbers_of_its_type(const Constant& constant) {
  if (constant.is_real()) return constant.reals.size();
  const bool bytes = constant.type == ElementType::kUint8 || constant.type == ElementType::kInt8;
  return bytes ? constant.bytes.size() : constant.integers.size();
}

Status fill(const TensorDef& tensor, const std::filesystem::path& folder, Constant& constant) {
  const std::size_t element = raw_size(tensor.type);
  if (element == 0) return unsupported("holds " + to_string(tensor.type) + ", which is not read");
  PITLANE_TRY(const std::int64_t count, checked_count(tensor.dims));
  const std::uint64_t expected = static_cast<std::uint64_t>(count) * element;
  if (tensor.is_external) {
    PITLANE_TRY(const std::vector<std::byte> data, read_external(tensor, folder, expected));
    fill_from_raw(data, constant);
    return {};
  }
  bool has_raw = false;
  PITLANE_TRY(const std::span<const std::byte> raw, raw_data(tensor, has_raw));
  if (!has_raw) {
    PITLANE_TRY_STATUS(fill_from_fields(tensor, static_cast<std::size_t>(count), constant));
    const std::size_t held = numbers_of_its_type(constant);
    if (held != constant.size())
      return corrupt("holds numbers in a field of another type than " + to_string(tensor.type));
    if (held == static_cast<std::size_t>(count)) return {};
    return corrupt("holds " + std::to_string(held) + " numbers, its shape " + to_string(tensor.dims) + " needs " +
                   std::to_string(count));
  }
  if (raw.size() != expected)
    return corrupt("holds " + std::to_string(raw.size()) + " bytes, its shape " + to_string(tensor.dims) + " of " +
                   to_string(tensor.type) + " needs " + std::to_string(expected));
  fill_from_raw(raw, constant);
  return {};
}

}  // namespace

bool Constant::is_real() const {
  return type == ElementType::kFloat || type == ElementType::kHalf || type == ElementType::kDouble;
}

double Constant::at(std::size_t i) const {
  return is_real() ? static_cast<double>(reals[i]) : static_cast<double>(integer(i));
}

std::int64_t Constant::integer(std::size_t i) const {
  if (type == ElementType::kUint8) return bytes[i];
  if (type == ElementType::kInt8) return static_cast<std::int8_t>(bytes[i]);
  if (!is_real()) return integers[i];
  // Beyond 2^62 a cast would have no meaning; such numbers are nobody's shape.
  constexpr float kLargest = 4.6e18F;
  return reals[i] > -kLargest && reals[i] < kLargest ? static_cast<std::int64_t>(reals[i]) : 0;
}

ConstantPtr make_integers(Shape dims, std::vector<std::int64_t> values) {
  Constant constant{.type = ElementType::kInt64, .dims = std::move(dims), .integers = std::move(values)};
  return std::make_shared<const Constant>(std::move(constant));
}

ConstantPtr make_reals(Shape dims, std::vector<float> values) {
  Constant constant{.type = ElementType::kFloat, .dims = std::move(dims), .reals = std::move(values)};
  return std::make_shared<const Constant>(std::move(constant));
}

Result<std::int64_t> checked_count(const Shape& dims) {
  std::int64_t count = 1;
  if (dims.size() > kMostDimensions)
    return unsupported("has more than " + std::to_string(kMostDimensions) + " dimensions");
  for (const std::int64_t d : dims) {
    if (d < 0) return corrupt("has a negative size: " + to_string(dims));
    if (d == 0 && dims.size() > 1) return unsupported("has no elements: " + to_string(dims));
    if (d > kLargestTensor / std::max<std::int64_t>(count, 1))
      return corrupt("has the impossible shape " + to_string(dims));
    count *= d;
  }
  return count;
}

Result<ConstantPtr> decode(const TensorDef& tensor, const std::filesystem::path& folder) {
  auto constant = std::make_shared<Constant>();
  constant->type = tensor.type;
  constant->dims = tensor.dims;
  constant->half = tensor.type == ElementType::kHalf;
  if (const Status status = fill(tensor, folder, *constant); !status.ok())
    return status.error().in("tensor '" + tensor.name + "'");
  return ConstantPtr(std::move(constant));
}

Constant rearranged(const Constant& constant, Shape dims, const std::vector<std::int64_t>& source) {
  Constant result{.type = constant.type, .dims = std::move(dims), .half = constant.half};
  const auto gather = [&source](const auto& from, auto& to) {
    if (from.empty()) return;
    to.reserve(source.size());
    for (const std::int64_t i : source) to.push_back(from[static_cast<std::size_t>(i)]);
  };
  gather(constant.reals, result.reals);
  gather(constant.integers, result.integers);
  gather(constant.bytes, result.bytes);
  return result;
}

}  // namespace pitlane::onnx
