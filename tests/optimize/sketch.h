// Small networks drawn in a few lines, and their answers by the slow reference.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/network.h"

namespace pitlane::testing {

/// A camera of this size, cropped from a frame of the same size, bytes scaled to 0..1.
Preprocessing camera(int width, int height, PixelFormat format = PixelFormat::kRgb);

/// Layers are named by kind and number: "conv1", "dense2", "norm1". Weights are uniform, seeded.
class Sketch {
 public:
  explicit Sketch(const Preprocessing& preprocessing, std::uint64_t seed = 1);

  [[nodiscard]] ValueId image() const { return image_; }
  NetworkBuilder& builder() { return builder_; }

  struct Norm {
    std::vector<float> gamma, beta, mean, variance;
  };
  ValueId norm(ValueId from, const Norm& values);
  /// Lively values: far from the identity, every channel its own.
  ValueId norm(ValueId from);

  struct Style {
    Activation activation = Activation::kRelu;
    Padding padding = {};
    bool bias = true;
    std::optional<WeightId> weight = {}, bias_weight = {};  ///< existing ones to share
  };
  ValueId conv(ValueId from, std::int64_t channels, std::int64_t kernel, int stride, const Style& style);
  ValueId dense(ValueId from, std::int64_t features, const Style& style);
  ValueId flatten(ValueId from) { return add(Flatten{}, from); }
  ValueId activate(ValueId from, Activation activation) { return add(Activate{activation}, from); }
  WeightId uniform(const std::string& name, const Shape& shape, double limit);

  /// Outputs "v", "w", ... are the elements of `result`.
  Network finish(ValueId result);

 private:
  ValueId add(Op op, ValueId from);

  NetworkBuilder builder_;
  Random random_;
  ValueId image_;
  int nodes_ = 0;
};

/// Camera 24 x 12, normalisation, two convolutions (the first padded), a dense layer large enough for int8, two small
/// ones: small, but nothing is left out.
Network small_network(std::uint64_t seed = 1);
/// Two inner convolutions and a large dense layer, all of which may become int8, and one that makes the outputs.
Network int8_network();
/// Two layers of more than 65,536 weights, which may have fewer bits than 8, and a small one.
Network network_of_large_layers();
/// A PilotNet whose normalisation is not the identity and whose head is loud.
Network lively_pilotnet(const std::string& family);

const Node& node_named(const Network& network, const std::string& name);
/// Of a Conv2d or Dense.
const Weight& weight_of(const Network& network, const std::string& node);
const Weight& bias_of(const Network& network, const std::string& node);

std::vector<std::uint8_t> random_picture(const Network& network, std::uint64_t seed);
/// All values by the reference; fails the test on any error.
std::vector<std::vector<float>> reference_values(const Network& network, std::span<const std::uint8_t> picture);
/// The value that the first output names, by the reference.
std::vector<float> reference_answer(const Network& network, std::span<const std::uint8_t> picture);

double largest_difference(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace pitlane::testing
