// The operators of a network: what is computed, not how.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

namespace pitlane {

/// Applied to each element after the operator. Values reach the disk: frozen, only append.
enum class Activation : std::uint8_t {
  kNone = 0,
  kRelu = 1,       ///< max(0, x)
  kElu = 2,        ///< x > 0 ? x : exp(x) - 1
  kLeakyRelu = 3,  ///< x > 0 ? x : 0.01 x
  kTanh = 4,
  kSigmoid = 5,
};

const char* to_string(Activation activation);

/// Index into Network::weights; kNoWeight where an operator may go without.
using WeightId = int;
inline constexpr WeightId kNoWeight = -1;

struct Padding {
  int top = 0, left = 0, bottom = 0, right = 0;  ///< pixels, never negative
  bool operator==(const Padding&) const = default;
};

/// Cross-correlation of {H, W, C} with weight {O, KH, KW, C}, plus bias {O}.
struct Conv2d {
  int stride_h = 1, stride_w = 1;
  Padding padding;
  /// What stands outside the picture, per input channel; empty means zero. (Folding a normalisation into
  /// a padded convolution moves the meaning of "zero": this keeps the fold exact.)
  std::vector<float> pad_value;
  WeightId weight = kNoWeight;
  WeightId bias = kNoWeight;
  Activation activation = Activation::kNone;
};

/// weight {O, I} times input (flattened), plus bias {O}.
struct Dense {
  WeightId weight = kNoWeight;
  WeightId bias = kNoWeight;
  Activation activation = Activation::kNone;
};

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, per channel (last dimension), inference form.
struct BatchNorm {
  WeightId gamma = kNoWeight, beta = kNoWeight, mean = kNoWeight, variance = kNoWeight;
  float epsilon = 1e-3F;
};

/// {H, W, C} -> {H * W * C}, row-major.
struct Flatten {};

struct Activate {
  Activation activation = Activation::kNone;
};

using Op = std::variant<Conv2d, Dense, BatchNorm, Flatten, Activate>;

/// "Conv2d", "Dense", ...
const char* op_name(const Op& op);

}  // namespace pitlane
