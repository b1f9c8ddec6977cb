// The operators of a network: what is computed, not how.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "pitlane/network/shape.h"

namespace pitlane {

/// Applied to each element after the operator. Values reach the disk: frozen, only append.
enum class Activation : std::uint8_t {
  kNone = 0,
  kRelu = 1,       ///< max(0, x)
  kElu = 2,        ///< x > 0 ? x : exp(x) - 1
  kLeakyRelu = 3,  ///< x > 0 ? x : 0.01 x
  kTanh = 4,
  kSigmoid = 5,
  kRelu6 = 6,        ///< min(6, max(0, x))
  kHardSigmoid = 7,  ///< min(1, max(0, 0.2 x + 0.5))
};
inline constexpr Activation kLastActivation = Activation::kHardSigmoid;

const char* to_string(Activation activation);
/// What Activate::alpha is where nothing else is said: the 1, 0.01 and 0.2 above; 0 for functions without one.
float usual_alpha(Activation activation);

/// Index into Network::weights; kNoWeight where an operator may go without.
using WeightId = int;
inline constexpr WeightId kNoWeight = -1;

struct Padding {
  int top = 0, left = 0, bottom = 0, right = 0;  ///< pixels, never negative
  bool operator==(const Padding&) const = default;
};

/// Cross-correlation of {H, W, C} with weight {O, KH, KW, C / groups}, plus bias {O}. With groups, channels and outputs
/// fall into that many equal consecutive parts, and each part of the outputs sees its part of the channels alone
/// (groups == C: depthwise).
struct Conv2d {
  int stride_h = 1, stride_w = 1;
  Padding padding;
  /// What stands outside the picture, per input channel; empty means zero. (Folding a normalisation into
  /// a padded convolution moves the meaning of "zero": this keeps the fold exact.)
  std::vector<float> pad_value;
  WeightId weight = kNoWeight;
  WeightId bias = kNoWeight;
  Activation activation = Activation::kNone;
  int groups = 1;
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

/// The function on its own. `alpha` is a step's parameter: elu's factor, leaky relu's and hard sigmoid's slope.
struct Activate {
  Activation activation = Activation::kNone;
  float alpha = usual_alpha(activation);
};

/// Values reach the disk: frozen, only append.
enum class PoolKind : std::uint8_t { kMax = 0, kAverage = 1 };

/// Largest or mean of each window, per channel of {H, W, C}. What padding adds never wins and is not counted in means.
struct Pool2d {
  PoolKind kind = PoolKind::kMax;
  int window_h = 1, window_w = 1;
  int stride_h = 1, stride_w = 1;
  Padding padding;
};

/// Element by element. Both inputs have one shape, or the second holds one number, or one per channel (last dimension)
/// of the first.
struct Add {};
struct Multiply {};

/// Joins along the last dimension; the others are alike.
struct Concat {};

/// Elements begin[d] to end[d] - 1 of each dimension d.
struct Slice {
  Shape begin, end;
};

/// Puts `value` around a picture {H, W, C}.
struct Pad {
  Padding padding;
  float value = 0;
};

/// The same elements in row-major order.
struct Reshape {
  Shape shape;
};

/// exp(x) / sum of exp(x) over the last dimension.
struct Softmax {};

/// {C} -> {height, width, C}: every pixel holds the vector.
struct Expand {
  int height = 1, width = 1;
};

using Op = std::variant<Conv2d, Dense, BatchNorm, Flatten, Activate, Pool2d, Add, Multiply, Concat, Slice, Pad, Reshape,
                        Softmax, Expand>;

/// "Conv2d", "Dense", ...
const char* op_name(const Op& op);

}  // namespace pitlane
