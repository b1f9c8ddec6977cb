#include "pitlane/network/pilotnet.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>

#include "pitlane/core/random.h"
#include "pitlane/network/builder.h"

namespace pitlane {
namespace {

constexpr std::int64_t kFirstDense = 1164;
constexpr std::int64_t kMostWeights = 100'000'000;  // 400 MB, and several times that in training

enum class PadMode { kValid, kSame };

// Appends layers with fresh weights to a builder. Weights before a ReLU are drawn uniformly with variance 2 / fan_in
// (He et al., "Delving deep into rectifiers", ICCV 2015); biases start at zero. PyTorch's default lets the signal
// shrink from layer to layer: from it, one seed in two stayed on a plateau for its whole training.
class Layers {
 public:
  Layers(NetworkBuilder& builder, PadMode pad, std::uint64_t seed) : builder_(builder), pad_(pad), random_(seed) {}

  ValueId batch_norm(const std::string& name, ValueId input) {
    const std::int64_t channels = builder_.shape(input).back();
    BatchNorm op;
    op.gamma = constant(name + ".gamma", channels, 1);
    op.beta = constant(name + ".beta", channels, 0);
    op.mean = constant(name + ".mean", channels, 0);
    op.variance = constant(name + ".variance", channels, 1);
    return builder_.add(name, op, {input});
  }

  ValueId conv(const std::string& name, ValueId input, std::int64_t channels, std::int64_t kernel, int stride) {
    const Shape in = builder_.shape(input);
    const Shape shape = {channels, kernel, kernel, in.back()};
    Conv2d op;
    op.stride_h = op.stride_w = stride;
    op.activation = Activation::kRelu;
    if (pad_ == PadMode::kSame) {
      std::tie(op.padding.top, op.padding.bottom) = same_padding(in[0], kernel, stride);
      std::tie(op.padding.left, op.padding.right) = same_padding(in[1], kernel, stride);
    }
    const std::int64_t area = kernel * kernel;
    op.weight = uniform(name + ".weight", shape, he_limit(area * in.back()));
    op.bias = constant(name + ".bias", channels, 0);
    return builder_.add(name, op, {input});
  }

  ValueId dense(const std::string& name, ValueId input, std::int64_t features) {
    const std::int64_t in = element_count(builder_.shape(input));
    Dense op;
    op.activation = Activation::kRelu;
    op.weight = uniform(name + ".weight", {features, in}, he_limit(in));
    op.bias = constant(name + ".bias", features, 0);
    return builder_.add(name, op, {input});
  }

  // The last layer starts almost silent, in the middle of the outputs' range. Labels of driving lie close together (a
  // steering's deviation is often 3 % of its range); what a loud first guess leaves behind is noise that the training
  // has to unlearn and, on a small recording, never does.
  ValueId head(const std::string& name, ValueId input, std::int64_t outputs) {
    constexpr double kQuiet = 0.03;
    const std::int64_t in = element_count(builder_.shape(input));
    Dense op;
    op.weight = uniform(name + ".weight", {outputs, in}, kQuiet * std::sqrt(6.0 / static_cast<double>(in + outputs)));
    op.bias = constant(name + ".bias", outputs, 0.5F);
    return builder_.add(name, op, {input});
  }

 private:
  // As TensorFlow: output = ceil(input / stride), the odd pixel goes to the bottom and right.
  static std::pair<int, int> same_padding(std::int64_t size, std::int64_t kernel, int stride) {
    const std::int64_t out = (size + stride - 1) / stride;
    const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * stride + kernel - size);
    return {static_cast<int>(total / 2), static_cast<int>(total - total / 2)};
  }

  WeightId constant(const std::string& name, std::int64_t size, float value) {
    return builder_.weight(make_f32_weight(name, {size}, std::vector<float>(static_cast<std::size_t>(size), value)));
  }

  // A uniform distribution over +-limit has the variance limit^2 / 3.
  static double he_limit(std::int64_t fan_in) { return std::sqrt(3 * 2.0 / static_cast<double>(fan_in)); }

  WeightId uniform(const std::string& name, const Shape& shape, double limit) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = static_cast<float>(random_.uniform(-limit, limit));
    return builder_.weight(make_f32_weight(name, shape, std::move(values)));
  }

  NetworkBuilder& builder_;
  PadMode pad_;
  Random random_;
};

Result<Network> build_pilotnet(const std::string& name, PadMode pad, const FamilyOptions& options) {
  PITLANE_TRY_STATUS(validate(options.preprocessing));
  if (options.outputs.empty()) return invalid_argument(name + ": at least one output must be named");
  NetworkBuilder builder(name);
  Layers layers(builder, pad, options.seed);
  ValueId x = layers.batch_norm("norm", builder.image("camera", options.preprocessing));
  x = layers.conv("conv1", x, 24, 5, 2);
  x = layers.conv("conv2", x, 36, 5, 2);
  x = layers.conv("conv3", x, 48, 5, 2);
  x = layers.conv("conv4", x, 64, 3, 1);
  x = layers.conv("conv5", x, 64, 3, 1);
  x = builder.add("flatten", Flatten{}, {x});
  const std::int64_t first_dense = kFirstDense * element_count(builder.shape(x));
  if (first_dense > kMostWeights)
    return invalid_argument(name + ": pictures of " + std::to_string(options.preprocessing.width) + "x" +
                            std::to_string(options.preprocessing.height) + " would give its first dense layer " +
                            std::to_string(first_dense / 1'000'000) + " million weights, the limit is " +
                            std::to_string(kMostWeights / 1'000'000) + " million; choose a smaller --size");
  x = layers.dense("dense1", x, kFirstDense);
  x = layers.dense("dense2", x, 100);
  x = layers.dense("dense3", x, 50);
  x = layers.dense("dense4", x, 10);
  x = layers.head("outputs", x, static_cast<std::int64_t>(options.outputs.size()));
  int element = 0;
  for (OutputSpec output : options.outputs) {
    output.value = x;
    output.element = element++;
    builder.output(std::move(output));
  }
  builder.metadata("family", name);
  builder.metadata("seed", std::to_string(options.seed));
  return std::move(builder).build();
}

}  // namespace

Result<Network> build_pilotnet_torch(const FamilyOptions& options) {
  return build_pilotnet("pilotnet-torch", PadMode::kValid, options);
}

Result<Network> build_pilotnet_tf(const FamilyOptions& options) {
  return build_pilotnet("pilotnet-tf", PadMode::kSame, options);
}

}  // namespace pitlane
