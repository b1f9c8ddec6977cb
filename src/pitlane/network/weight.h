// A constant tensor of a network, in the type it is stored in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/shape.h"

namespace pitlane {

/// How elements are stored. Values reach the disk: frozen, only append.
enum class Storage : std::uint8_t {
  kF32 = 0,
  kF16 = 1,  ///< IEEE 754 binary16
  kI8 = 2,   ///< signed, symmetric, one scale per output channel (first dimension): real = scale[o] * q, |q| <= 127
  /// bfloat16: the upper half of a binary32. A layer with such weights rounds what it reads to bfloat16 too, and sums
  /// in binary32.
  kBf16 = 3,
};

const char* to_string(Storage storage);
constexpr std::size_t bytes_per_element(Storage storage) {
  return storage == Storage::kF32 ? 4 : storage == Storage::kI8 ? 1 : 2;
}

/// Bytes with a shared owner: a vector, or a section of a loaded file.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::vector<std::byte> data);
  SharedBytes(std::shared_ptr<const void> owner, std::span<const std::byte> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

/// Immutable once made; copying shares the bytes.
/// Layouts: convolution {out, kernel_h, kernel_w, in}, dense {out, in}, vectors {n}. A dense layer behind
/// an image sees it flattened as {height, width, channels}; importers permute where their source differs.
struct Weight {
  std::string name;
  Shape shape;
  Storage storage = Storage::kF32;
  SharedBytes data;           ///< element_count(shape) * bytes_per_element(storage) bytes
  std::vector<float> scales;  ///< kI8: shape[0] positive finite values; otherwise empty

  [[nodiscard]] std::int64_t size() const { return element_count(shape); }
  [[nodiscard]] std::span<const float> f32() const;           ///< storage must be kF32
  [[nodiscard]] std::span<const std::uint16_t> f16() const;   ///< storage must be kF16
  [[nodiscard]] std::span<const std::uint16_t> bf16() const;  ///< storage must be kBf16
  [[nodiscard]] std::span<const std::int8_t> i8() const;      ///< storage must be kI8
};

Weight make_f32_weight(std::string name, Shape shape, std::vector<float> values);
/// Rounds to nearest even; magnitudes beyond 65504 become infinite, so callers check first.
Weight make_f16_weight(std::string name, Shape shape, std::span<const float> values);
/// Rounds to nearest even; magnitudes that round beyond 3.39e38 become infinite.
Weight make_bf16_weight(std::string name, Shape shape, std::span<const float> values);
Weight make_i8_weight(std::string name, Shape shape, std::vector<std::int8_t> values, std::vector<float> scales);
/// Symmetric per-output-channel quantisation by the largest magnitude; a channel of zeros gets scale 1.
Weight quantize_i8(const Weight& weight);
/// The real values, whatever the storage.
std::vector<float> decode_f32(const Weight& weight);
/// Share of elements that are exactly zero, 0..1.
double sparsity(const Weight& weight);

/// IEEE 754 binary16 <-> binary32, round to nearest even.
std::uint16_t f32_to_f16(float value);
float f16_to_f32(std::uint16_t bits);
/// bfloat16 <-> binary32, round to nearest even; NaN stays NaN.
std::uint16_t f32_to_bf16(float value);
float bf16_to_f32(std::uint16_t bits);

}  // namespace pitlane
