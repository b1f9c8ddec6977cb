#include <algorithm>
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

/// A stretch of a vector: a picture row by row, or plain numbers ({n}).
struct Stretch {
  Shape was, is;
};

/// For each place of a line of `was`, which two of `is` places lie around it and how much it has of the first.
struct Between {
  std::size_t low, high;
  double of_low;
};

std::vector<Between> between(std::int64_t was, std::int64_t is) {
  std::vector<Between> places;
  for (std::int64_t i = 0; i < was; ++i) {
    const double at = (static_cast<double>(i) + 0.5) * static_cast<double>(is) / static_cast<double>(was) - 0.5;
    const double inside = std::clamp(at, 0.0, static_cast<double>(is - 1));
    const auto low = static_cast<std::size_t>(inside);
    const std::size_t high = std::min(low + 1, static_cast<std::size_t>(is - 1));
    places.push_back({low, high, 1 - (inside - static_cast<double>(low))});
  }
  return places;
}

/// Adds the weights of one output for a stretch, at `was`, to those for what is left of it, at `is`.
void resample(const Stretch& stretch, const float* was, double* is) {
  if (stretch.was == stretch.is) {
    const std::int64_t count = element_count(stretch.was);
    for (std::int64_t i = 0; i < count; ++i) is[i] += was[i];
    return;
  }
  const auto channels = static_cast<std::size_t>(stretch.was[2]);
  const auto columns = static_cast<std::size_t>(stretch.is[1]);
  for (const Between& y : between(stretch.was[0], stretch.is[0]))
    for (const Between& x : between(stretch.was[1], stretch.is[1])) {
      const auto add = [&](std::size_t row, std::size_t column, double share) {
        double* to = is + (row * columns + column) * channels;
        for (std::size_t c = 0; c < channels; ++c) to[c] += share * was[c];
      };
      add(y.low, x.low, y.of_low * x.of_low);
      add(y.low, x.high, y.of_low * (1 - x.of_low));
      add(y.high, x.low, (1 - y.of_low) * x.of_low);
      add(y.high, x.high, (1 - y.of_low) * (1 - x.of_low));
      was += channels;
    }
}

std::int64_t total(const std::vector<Stretch>& stretches, Shape Stretch::*shape) {
  std::int64_t sum = 0;
  for (const Stretch& stretch : stretches) sum += element_count(stretch.*shape);
  return sum;
}

/// Goes through the nodes in their order and carries along what became of each value's shape.
class SmallInput {
 public:
  explicit SmallInput(Network& network)
      : network_(network), before_(network.values), stretches_(network.values.size()) {
    for (std::size_t v = 0; v < before_.size(); ++v) stretches_[v] = {{before_[v].shape, before_[v].shape}};
  }

  Status run(InputSpec& image, const PictureScale& scale) {
    Preprocessing& p = image.preprocessing;
    p.width = std::max(1, static_cast<int>(std::lround(scale.columns * p.width)));
    p.height = std::max(1, static_cast<int>(std::lround(scale.rows * p.height)));
    Shape& shape = network_.values[image.value].shape;
    shape[0] = p.height;
    shape[1] = p.width;
    seen_ = {p.height, p.width};
    became(image.value);
    untouched_.assign(network_.values.size(), false);
    untouched_[image.value] = true;
    for (Node& node : network_.nodes) {
      PITLANE_TRY_STATUS(fit(node));
      std::vector<Shape> inputs;
      for (const ValueId input : node.inputs) inputs.push_back(now(input));
      const Result<Shape> made = infer_shape(node.op, network_.weights, inputs);
      if (!made.ok()) return inapplicable(layer_name(node) + " holds for pictures of one size alone");
      network_.values[node.output].shape = *made;
      follow(node);
    }
    for (const StateSpec& state : network_.states)
      if (changed(state.after))
        return inapplicable("the memory '" + state.name +
                            "' depends on the size of the picture, so that it cannot get smaller");
    for (const OutputSpec& output : network_.outputs)
      if (changed(output.value))
        return inapplicable("output '" + output.name +
                            "' is taken from a place of the picture, so that it cannot get smaller");
    return {};
  }

 private:
  [[nodiscard]] const Shape& was(ValueId value) const { return before_[value].shape; }
  [[nodiscard]] const Shape& now(ValueId value) const { return network_.values[value].shape; }
  [[nodiscard]] bool changed(ValueId value) const { return was(value) != now(value); }

  /// A picture of another size.
  void became(ValueId value) {
    stretches_[value] = {{was(value), now(value)}};
    if (was(value).size() == 3) sizes_[{was(value)[0], was(value)[1]}] = {now(value)[0], now(value)[1]};
  }

  /// What the node's result is made of, where it is not simply a picture.
  void follow(const Node& node) {
    const ValueId from = node.inputs.front(), to = node.output;
    const bool layer = weight_fields(node.op).size() == 2;
    untouched_[to] = untouched_[from] && !layer;
    if (now(to).size() == 3 || layer) {
      became(to);
    } else if (std::holds_alternative<Concat>(node.op)) {
      stretches_[to].clear();
      for (const ValueId input : node.inputs)
        stretches_[to].insert(stretches_[to].end(), stretches_[input].begin(), stretches_[input].end());
    } else if (changed(to) || changed(from)) {
      stretches_[to] = stretches_[from];
    }
  }

  static Status refused(const Node& node, const std::string& why) {
    return inapplicable(layer_name(node) + " " + why + ", so that its pictures cannot get smaller");
  }

  Status fit(Node& node) {
    if (auto* expand = std::get_if<Expand>(&node.op)) {
      const auto found = sizes_.find({expand->height, expand->width});
      if (found == sizes_.end()) return {};
      expand->height = static_cast<int>(found->second.first);
      expand->width = static_cast<int>(found->second.second);
      return {};
    }
    if (std::ranges::none_of(node.inputs, [this](ValueId value) { return changed(value); })) return {};
    const ValueId from = node.inputs.front();
    if (auto* conv = std::get_if<Conv2d>(&node.op)) return fit(node, *conv, now(from));
    if (auto* dense = std::get_if<Dense>(&node.op)) return fit(node, *dense, stretches_[from]);
    if (auto* pool = std::get_if<Pool2d>(&node.op)) return fit(*pool, was(from), now(from));
    if (auto* slice = std::get_if<Slice>(&node.op)) return fit(node, *slice, from);
    if (auto* reshape = std::get_if<Reshape>(&node.op)) {
      if (reshape->shape.size() != 1) return refused(node, "asks for pictures of one size");
      reshape->shape = {element_count(now(from))};
    }
    if (std::holds_alternative<BatchNorm>(node.op) && now(from).size() != 3)
      return refused(node, "has weights for each place of a picture");
    return {};
  }

  Status fit(const Node& node, Conv2d& conv, const Shape& picture) {
    const Shape& window = network_.weights[conv.weight].shape;
    Padding& p = conv.padding;
    const auto lacks_h = static_cast<int>(std::max<std::int64_t>(0, window[1] - picture[0] - p.top - p.bottom));
    const auto lacks_w = static_cast<int>(std::max<std::int64_t>(0, window[2] - picture[1] - p.left - p.right));
    if (lacks_h == 0 && lacks_w == 0) return {};
    if (untouched_[node.inputs.front()])
      return inapplicable("a picture of " + std::to_string(seen_.second) + "x" + std::to_string(seen_.first) +
                          " is too small for the " + std::to_string(window[2]) + "x" + std::to_string(window[1]) +
                          " window of " + layer_name(node) + "; take a larger --input-scale");
    p.top += lacks_h / 2;
    p.bottom += lacks_h - lacks_h / 2;
    p.left += lacks_w / 2;
    p.right += lacks_w - lacks_w / 2;
    return {};
  }

  /// One that took the whole picture still does; one that no longer fits takes what there is.
  static Status fit(Pool2d& pool, const Shape& was, const Shape& now) {
    const auto side = [](int& window, int& before, int& behind, std::int64_t all, std::int64_t left) {
      const bool whole = window == all && before == 0 && behind == 0;
      if (!whole && window <= left + before + behind) return;
      window = static_cast<int>(left);
      before = behind = 0;
    };
    side(pool.window_h, pool.padding.top, pool.padding.bottom, was[0], now[0]);
    side(pool.window_w, pool.padding.left, pool.padding.right, was[1], now[1]);
    return {};
  }

  /// Channels may be cut, places not.
  Status fit(const Node& node, Slice& slice, ValueId from) const {
    if (now(from).size() != 3) return refused(node, "cuts out places of a picture");
    for (std::size_t d = 0; d < 2; ++d) {
      if (slice.begin[d] != 0 || slice.end[d] != was(from)[d]) return refused(node, "cuts out places of a picture");
      slice.end[d] = now(from)[d];
    }
    return {};
  }

  Status fit(const Node& node, Dense& dense, const std::vector<Stretch>& stretches) {
    const Weight& weight = network_.weights[dense.weight];
    if (users_of(network_, dense.weight).size() > 1) return refused(node, "shares its weights");
    if (total(stretches, &Stretch::was) != weight.shape[1] ||
        std::ranges::any_of(stretches, [](const Stretch& s) { return s.was != s.is && s.was.size() != 3; }))
      return refused(node, "has weights for each place of a picture");
    const std::vector<float> values = decode_f32(weight);
    const auto outputs = static_cast<std::size_t>(weight.shape[0]);
    const auto inputs = static_cast<std::size_t>(total(stretches, &Stretch::is));
    std::vector<double> left(outputs * inputs, 0.0);
    const float* from = values.data();
    double* to = left.data();
    for (std::size_t o = 0; o < outputs; ++o)
      for (const Stretch& stretch : stretches) {
        resample(stretch, from, to);
        from += element_count(stretch.was);
        to += element_count(stretch.is);
      }
    network_.weights.push_back(
        make_f32_weight(weight.name, {weight.shape[0], static_cast<std::int64_t>(inputs)}, {left.begin(), left.end()}));
    dense.weight = static_cast<WeightId>(network_.weights.size() - 1);
    return {};
  }

  Network& network_;
  const std::vector<Value> before_;
  std::vector<std::vector<Stretch>> stretches_;  // by value
  std::vector<bool> untouched_;                  // by value: the camera's picture, no layer has seen it yet
  std::pair<std::int64_t, std::int64_t> seen_;   // rows and columns of that picture
  std::map<std::pair<std::int64_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>> sizes_;  // of pictures
};

}  // namespace

Result<Network> with_small_input(Network network, const PictureScale& scale) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  for (const StateSpec& state : network.states)
    if (network.values[static_cast<std::size_t>(state.before)].shape.size() == 3)
      return inapplicable("the memory '" + state.name +
                          "' is a picture of one size, so that pictures cannot get smaller");
  const auto index = static_cast<std::size_t>(image - network.inputs.data());
  PITLANE_TRY_STATUS(SmallInput(network).run(network.inputs[index], scale));
  compact(network);
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

}  // namespace pitlane
