#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/optimize/compact.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/reduce_input.h"

namespace pitlane {
namespace {

constexpr std::size_t kColours = 3;

/// What the three colours of one frame are thought to be, in the network's order, in terms of the one channel that
/// takes their place: colour = factor * channel + term.
struct SeenColours {
  std::array<double, kColours> factor{}, term{};
  std::size_t kept = 1;  ///< the colour that the channel is
  bool operator==(const SeenColours&) const = default;
};

/// `before`, unless its number is lost beside another's.
std::size_t next_kept(const std::array<double, kColours>& numbers, std::size_t before) {
  std::size_t best = before;
  for (std::size_t c = 0; c < kColours; ++c)
    if (std::abs(numbers[c]) > std::abs(numbers[best])) best = c;
  return std::abs(numbers[before]) < 0.1 * std::abs(numbers[best]) ? best : before;
}

/// After each colour has gone through x -> scale * x + offset, and the channel through that of the colour `kept`.
SeenColours after(const SeenColours& before, const std::array<double, kColours>& scale,
                  const std::array<double, kColours>& offset) {
  SeenColours now;
  std::array<double, kColours> factor{}, term{};
  for (std::size_t c = 0; c < kColours; ++c) {
    factor[c] = scale[c] * before.factor[c];
    term[c] = scale[c] * before.term[c] + offset[c];
  }
  now.kept = next_kept(factor, before.kept);
  for (std::size_t c = 0; c < kColours; ++c) {
    now.factor[c] = factor[now.kept] != 0 ? factor[c] / factor[now.kept] : 0;
    now.term[c] = term[c] - now.factor[c] * term[now.kept];
  }
  return now;
}

/// Goes through the nodes in their order and carries along which values hold colours, and what became of them.
class OneChannelInput {
 public:
  OneChannelInput(Network& network, const OneChannel& channel)
      : network_(network), channel_(channel), colours_(network.values.size()) {}

  Status run(InputSpec& image) {
    Preprocessing& p = image.preprocessing;
    if (channels_of(p.format) == 1)
      return inapplicable(p.format == PixelFormat::kGrey ? "the network's pictures are grey already"
                                                         : "the network's pictures have one colour already");
    std::array<double, kColours> scale{}, offset{};
    std::copy_n(p.scale.begin(), kColours, scale.begin());
    std::copy_n(p.offset.begin(), kColours, offset.begin());
    const SeenColours bytes = in_order(p.format);
    const SeenColours seen = after(bytes, scale, offset);
    p.format = channel_.format;
    p.scale = {static_cast<float>(scale[seen.kept] * bytes.factor[seen.kept])};
    p.offset = {static_cast<float>(scale[seen.kept] * bytes.term[seen.kept] + offset[seen.kept])};
    colours_[image.value].assign(static_cast<std::size_t>(p.frames), seen);
    network_.values[image.value].shape.back() = p.frames;
    for (Node& node : network_.nodes) PITLANE_TRY_STATUS(visit(node));
    return {};
  }

 private:
  /// Of the bytes, before they are scaled.
  [[nodiscard]] SeenColours in_order(PixelFormat format) const {
    SeenColours bytes{channel_.factor, channel_.term, 1};  // green, of which grey has most
    if (channel_.format == PixelFormat::kRed) bytes.kept = 0;
    if (channel_.format == PixelFormat::kBlue) bytes.kept = 2;
    if (format != PixelFormat::kBgr) return bytes;
    std::swap(bytes.factor[0], bytes.factor[2]);
    std::swap(bytes.term[0], bytes.term[2]);
    bytes.kept = 2 - bytes.kept;
    return bytes;
  }

  Status visit(Node& node) {
    const auto is_coloured = [&](ValueId value) { return !colours_[value].empty(); };
    if (std::ranges::any_of(node.inputs, is_coloured)) {
      std::vector<SeenColours> made;
      for (const ValueId input : node.inputs) made.insert(made.end(), colours_[input].begin(), colours_[input].end());
      if (!std::ranges::all_of(node.inputs, is_coloured)) return refused(node);
      PITLANE_TRY_STATUS(reduce(node, made));
      colours_[node.output] = std::move(made);
    }
    std::vector<Shape> inputs;
    for (const ValueId input : node.inputs) inputs.push_back(network_.values[input].shape);
    const Result<Shape> shape = infer_shape(node.op, network_.weights, inputs);
    if (!shape.ok()) return refused(node);
    network_.values[node.output].shape = *shape;
    return {};
  }

  [[nodiscard]] Status refused(const Node& node) const {
    return inapplicable(layer_name(node) + " reads the camera's colours in a way that " +
                        (channel_.format == PixelFormat::kGrey ? "grey" : "one of them") + " cannot take the place of");
  }

  /// `colours`: of the node's inputs, then of its output.
  Status reduce(Node& node, std::vector<SeenColours>& colours) {
    const bool apart = std::holds_alternative<Pool2d>(node.op) || std::holds_alternative<Pad>(node.op) ||
                       std::holds_alternative<Concat>(node.op);
    if (apart) return {};
    if (auto* conv = std::get_if<Conv2d>(&node.op); conv != nullptr && conv->groups == 1) {
      PITLANE_TRY_STATUS(sum_up(node, *conv, colours));
      colours.clear();
      return {};
    }
    if (auto* norm = std::get_if<BatchNorm>(&node.op)) return reduce_norm(*norm, colours);
    if (auto* slice = std::get_if<Slice>(&node.op)) return cut(node, *slice, colours);
    return refused(node);
  }

  /// Whole frames only.
  Status cut(const Node& node, Slice& slice, std::vector<SeenColours>& colours) const {
    constexpr auto kEach = static_cast<std::int64_t>(kColours);
    if (slice.begin.size() != 3 || slice.begin[2] % kEach != 0 || slice.end[2] % kEach != 0) return refused(node);
    slice.begin[2] /= kEach;
    slice.end[2] /= kEach;
    colours = {colours.begin() + slice.begin[2], colours.begin() + slice.end[2]};
    return {};
  }

  std::vector<double> values_of(WeightId id) const {
    const std::vector<float> values = decode_f32(network_.weights[id]);
    return {values.begin(), values.end()};
  }

  WeightId add(const std::string& name, Shape shape, const std::vector<double>& values) {
    network_.weights.push_back(make_f32_weight(name, std::move(shape), {values.begin(), values.end()}));
    return static_cast<WeightId>(network_.weights.size() - 1);
  }

  /// Its weights may be others' too, so it gets its own: the parameters of each frame's colour that is kept.
  Status reduce_norm(BatchNorm& norm, std::vector<SeenColours>& colours) {
    const auto gamma = values_of(norm.gamma), beta = values_of(norm.beta);
    const auto mean = values_of(norm.mean), variance = values_of(norm.variance);
    std::array<std::vector<double>, 4> kept;
    for (std::size_t f = 0; f < colours.size(); ++f) {
      std::array<double, kColours> scale{}, offset{};
      for (std::size_t c = 0; c < kColours; ++c) {
        const std::size_t i = f * kColours + c;
        scale[c] = gamma[i] / std::sqrt(variance[i] + static_cast<double>(norm.epsilon));
        offset[c] = beta[i] - scale[c] * mean[i];
      }
      const SeenColours before = colours[f];
      colours[f] = after(before, scale, offset);
      const std::size_t c = colours[f].kept, i = f * kColours + c;
      // Of the channel, which is factor and term away from the colour that this was made for.
      const bool flat = before.factor[c] == 0;
      kept[0].push_back(flat ? 0 : gamma[i] * before.factor[c]);
      kept[1].push_back(flat ? scale[c] * before.term[c] + offset[c] : beta[i]);
      kept[2].push_back(flat ? 0 : (mean[i] - before.term[c]) / before.factor[c]);
      kept[3].push_back(variance[i]);
    }
    const Shape shape = {static_cast<std::int64_t>(colours.size())};
    std::size_t part = 0;
    for (WeightId* id : {&norm.gamma, &norm.beta, &norm.mean, &norm.variance})
      *id = add(network_.weights[*id].name, shape, kept[part++]);
    return {};
  }

  /// A layer's weights for one channel are those for its colours together. One that stands in the network several times
  /// is changed once.
  Status sum_up(const Node& node, Conv2d& conv, const std::vector<SeenColours>& colours) {
    if (!conv.pad_value.empty()) {
      std::vector<float> kept;
      for (std::size_t f = 0; f < colours.size(); ++f) kept.push_back(conv.pad_value[f * kColours + colours[f].kept]);
      conv.pad_value = std::move(kept);
    }
    if (const auto found = summed_.find(conv.weight); found != summed_.end()) {
      if (found->second.colours != colours || found->second.old_bias != conv.bias) return refused(node);
      conv.weight = found->second.weight;
      conv.bias = found->second.bias;
      return {};
    }
    const Weight& weight = network_.weights[conv.weight];
    const std::vector<double> values = values_of(conv.weight);
    const auto outputs = static_cast<std::size_t>(weight.shape[0]);
    std::vector<double> sums(values.size() / kColours, 0.0), bias(outputs, 0.0);
    if (conv.bias != kNoWeight) bias = values_of(conv.bias);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const SeenColours& seen = colours[i / kColours % colours.size()];
      sums[i / kColours] += values[i] * seen.factor[i % kColours];
      bias[i / (values.size() / outputs)] += values[i] * seen.term[i % kColours];
    }
    Shape shape = weight.shape;
    shape.back() = static_cast<std::int64_t>(colours.size());
    const std::string name = weight.name;
    const std::string bias_name = conv.bias != kNoWeight ? network_.weights[conv.bias].name : node.name + ".bias";
    Summed made{colours, conv.bias, add(name, std::move(shape), sums), conv.bias};
    const bool moved = std::ranges::any_of(bias, [](double b) { return b != 0; });
    if (conv.bias != kNoWeight || moved) made.bias = add(bias_name, {static_cast<std::int64_t>(outputs)}, bias);
    summed_[conv.weight] = made;
    conv.weight = made.weight;
    conv.bias = made.bias;
    return {};
  }

  struct Summed {
    std::vector<SeenColours> colours;
    WeightId old_bias = kNoWeight, weight = kNoWeight, bias = kNoWeight;
  };

  Network& network_;
  const OneChannel& channel_;
  std::vector<std::vector<SeenColours>>
      colours_;                        // by value, of each frame in it; empty where there are no colours (left)
  std::map<WeightId, Summed> summed_;  // by the weight that there was
};

}  // namespace

Result<Network> with_one_channel(Network network, const OneChannel& channel) {
  PITLANE_CHECK(channels_of(channel.format) == 1);
  PITLANE_TRY(const InputSpec* image, image_input(network));
  const auto index = static_cast<std::size_t>(image - network.inputs.data());
  PITLANE_TRY_STATUS(OneChannelInput(network, channel).run(network.inputs[index]));
  compact(network);
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

}  // namespace pitlane
