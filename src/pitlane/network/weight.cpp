#include "pitlane/network/weight.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace pitlane {
namespace {

template <typename T>
SharedBytes to_bytes(std::span<const T> values) {
  std::vector<std::byte> data(values.size_bytes());
  if (!data.empty()) std::memcpy(data.data(), values.data(), data.size());
  return SharedBytes(std::move(data));
}

template <typename T>
std::span<const T> typed(const Weight& weight, Storage storage) {
  PITLANE_CHECK(weight.storage == storage);
  const auto bytes = weight.data.bytes();
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace

const char* to_string(Storage storage) {
  switch (storage) {
    case Storage::kF32:
      return "f32";
    case Storage::kF16:
      return "f16";
    case Storage::kI8:
      return "i8";
    case Storage::kBf16:
      return "bf16";
  }
  return "?";
}

SharedBytes::SharedBytes(std::vector<std::byte> data) {
  auto owned = std::make_shared<const std::vector<std::byte>>(std::move(data));
  bytes_ = {owned->data(), owned->size()};
  owner_ = std::move(owned);
}

std::span<const float> Weight::f32() const { return typed<float>(*this, Storage::kF32); }
std::span<const std::uint16_t> Weight::f16() const { return typed<std::uint16_t>(*this, Storage::kF16); }
std::span<const std::uint16_t> Weight::bf16() const { return typed<std::uint16_t>(*this, Storage::kBf16); }
std::span<const std::int8_t> Weight::i8() const { return typed<std::int8_t>(*this, Storage::kI8); }

Weight make_f32_weight(std::string name, Shape shape, std::vector<float> values) {
  PITLANE_CHECK(static_cast<std::int64_t>(values.size()) == element_count(shape));
  return {std::move(name), std::move(shape), Storage::kF32, to_bytes<float>(values), {}};
}

Weight make_f16_weight(std::string name, Shape shape, std::span<const float> values) {
  PITLANE_CHECK(static_cast<std::int64_t>(values.size()) == element_count(shape));
  std::vector<std::uint16_t> halves(values.size());
  std::transform(values.begin(), values.end(), halves.begin(), f32_to_f16);
  return {std::move(name), std::move(shape), Storage::kF16, to_bytes<std::uint16_t>(halves), {}};
}

Weight make_bf16_weight(std::string name, Shape shape, std::span<const float> values) {
  PITLANE_CHECK(static_cast<std::int64_t>(values.size()) == element_count(shape));
  std::vector<std::uint16_t> upper(values.size());
  std::transform(values.begin(), values.end(), upper.begin(), f32_to_bf16);
  return {std::move(name), std::move(shape), Storage::kBf16, to_bytes<std::uint16_t>(upper), {}};
}

Weight make_i8_weight(std::string name, Shape shape, std::vector<std::int8_t> values, std::vector<float> scales) {
  PITLANE_CHECK(static_cast<std::int64_t>(values.size()) == element_count(shape));
  PITLANE_CHECK(!shape.empty() && static_cast<std::int64_t>(scales.size()) == shape[0]);
  return {std::move(name), std::move(shape), Storage::kI8, to_bytes<std::int8_t>(values), std::move(scales)};
}

Weight quantize_i8(const Weight& weight) {
  PITLANE_CHECK(!weight.shape.empty() && weight.size() > 0);
  const std::vector<float> values = decode_f32(weight);
  const auto channels = static_cast<std::size_t>(weight.shape[0]);
  const std::size_t per_channel = values.size() / channels;
  std::vector<std::int8_t> quantized(values.size());
  std::vector<float> scales(channels);
  for (std::size_t o = 0; o < channels; ++o) {
    const float* row = values.data() + o * per_channel;
    float largest = 0;
    for (std::size_t i = 0; i < per_channel; ++i) largest = std::max(largest, std::abs(row[i]));
    // A scale that is subnormal would lose precision or vanish; such a channel is zeros for all purposes.
    const float scale = largest / 127.F;
    scales[o] = std::isnormal(scale) ? scale : 1.F;
    for (std::size_t i = 0; i < per_channel; ++i) {
      const float q = std::nearbyint(row[i] / scales[o]);
      quantized[o * per_channel + i] = static_cast<std::int8_t>(std::clamp(q, -127.F, 127.F));
    }
  }
  return make_i8_weight(weight.name, weight.shape, std::move(quantized), std::move(scales));
}

std::vector<float> decode_f32(const Weight& weight) {
  switch (weight.storage) {
    case Storage::kF32: {
      const auto values = weight.f32();
      return {values.begin(), values.end()};
    }
    case Storage::kF16: {
      const auto halves = weight.f16();
      std::vector<float> out(halves.size());
      std::transform(halves.begin(), halves.end(), out.begin(), f16_to_f32);
      return out;
    }
    case Storage::kBf16: {
      const auto upper = weight.bf16();
      std::vector<float> out(upper.size());
      std::transform(upper.begin(), upper.end(), out.begin(), bf16_to_f32);
      return out;
    }
    case Storage::kI8:
      break;
  }
  const auto values = weight.i8();
  const std::size_t per_channel = values.size() / weight.scales.size();
  std::vector<float> out(values.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(values[i]) * weight.scales[i / per_channel];
  return out;
}

double sparsity(const Weight& weight) {
  if (weight.size() == 0) return 0;
  std::ptrdiff_t zeros = 0;
  const auto is_zero_half = [](std::uint16_t bits) { return (bits & 0x7FFFU) == 0; };  // of either sign
  switch (weight.storage) {
    case Storage::kF32:
      zeros = std::ranges::count(weight.f32(), 0.F);
      break;
    case Storage::kF16:
      zeros = std::ranges::count_if(weight.f16(), is_zero_half);
      break;
    case Storage::kBf16:
      zeros = std::ranges::count_if(weight.bf16(), is_zero_half);
      break;
    case Storage::kI8:
      zeros = std::ranges::count(weight.i8(), std::int8_t{0});
      break;
  }
  return static_cast<double>(zeros) / static_cast<double>(weight.size());
}

}  // namespace pitlane
