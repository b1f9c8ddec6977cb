#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include "pitlane/network/limits.h"
#include "pitlane/network/network.h"
#include "pitlane/network/weight_values.h"

namespace pitlane {
namespace {

// Collects every fault, so that the author of a broken file mends it once.
class Faults {
 public:
  void add(std::string text) {
    ++count_;
    if (count_ > kShown) return;
    text_ += (text_.empty() ? "" : "; ") + std::move(text);
  }
  [[nodiscard]] bool none() const { return count_ == 0; }
  [[nodiscard]] std::string text() const {
    return count_ > kShown ? text_ + "; and " + std::to_string(count_ - kShown) + " more" : text_;
  }

 private:
  static constexpr int kShown = 8;
  int count_ = 0;
  std::string text_;
};

void check_weight(const Weight& weight, Faults& faults) {
  if (weight.name.size() > kLongestName)
    return faults.add("a weight's name is longer than " + std::to_string(kLongestName) + " bytes");
  const std::string where = "weight '" + weight.name + "'";
  if (weight.storage > Storage::kBf16) return faults.add(where + " has an unknown storage type");
  if (!within_limits(weight.shape)) return faults.add(where + " has the impossible shape " + to_string(weight.shape));
  const auto expected = static_cast<std::size_t>(weight.size()) * bytes_per_element(weight.storage);
  if (weight.data.bytes().size() != expected)
    return faults.add(where + " has " + std::to_string(weight.data.bytes().size()) + " bytes, its shape needs " +
                      std::to_string(expected));
  const std::size_t scales =
      weight.storage == Storage::kI8 && !weight.shape.empty() ? static_cast<std::size_t>(weight.shape[0]) : 0;
  if (weight.scales.size() != scales || (weight.storage == Storage::kI8 && scales == 0))
    return faults.add(where + " has " + std::to_string(weight.scales.size()) + " scales, needs " +
                      std::to_string(scales));
  if (holds_unusable_numbers(weight)) faults.add(where + " holds NaN or infinity (or a scale that is not positive)");
  // The longest sum that kernels hold in 32 bits counts on |q| <= 127.
  if (weight.storage == Storage::kI8 && holds_lowest_int8(weight))
    faults.add(where + " holds the int8 value -128; the smallest is -127");
}

class GraphCheck {
 public:
  GraphCheck(const Network& network, Faults& faults)
      : network_(network), faults_(faults), made_(network.values.size(), false) {}

  void run() {
    check_values();
    if (network_.nodes.size() > kMostLayers)
      return faults_.add("there are " + std::to_string(network_.nodes.size()) + " layers, the most is " +
                         std::to_string(kMostLayers));
    if (std::max({network_.inputs.size(), network_.outputs.size(), network_.states.size()}) > kMostEnds)
      return faults_.add("there are more than " + std::to_string(kMostEnds) + " inputs, outputs or states");
    if (std::ranges::any_of(network_.nodes, [](const Node& n) { return n.name.size() > kLongestName; }))
      return faults_.add("a layer's name is longer than " + std::to_string(kLongestName) + " bytes");
    // Products of impossible dimensions mean nothing.
    if (!std::ranges::all_of(network_.values, [](const Value& v) { return within_limits(v.shape); })) return;
    check_inputs();
    for (const StateSpec& state : network_.states) make(state.before, "state '" + state.name + "'");
    for (const Node& node : network_.nodes) check_node(node);
    for (const StateSpec& state : network_.states) check_state(state);
    check_outputs();
    if (faults_.none()) check_operations();
  }

 private:
  [[nodiscard]] bool in_range(ValueId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < network_.values.size();
  }
  [[nodiscard]] const Value& value(ValueId id) const { return network_.values[static_cast<std::size_t>(id)]; }
  [[nodiscard]] bool is_made(ValueId id) const { return in_range(id) && made_[static_cast<std::size_t>(id)]; }

  [[nodiscard]] std::int64_t operations(const Node& node) const {
    const auto* pool = std::get_if<Pool2d>(&node.op);
    if (pool == nullptr) return mac_count(network_, node);
    const Shape& in = value(node.inputs.front()).shape;  // windows are cut at its edges
    return element_count(value(node.output).shape) * std::min<std::int64_t>(pool->window_h, in[0]) *
           std::min<std::int64_t>(pool->window_w, in[1]);
  }

  void check_operations() {
    std::int64_t count = 0;
    for (const Node& node : network_.nodes) {
      count += operations(node);
      if (count > kMostOperations)
        return faults_.add("a run takes more than " + std::to_string(kMostOperations >> 30) +
                           " thousand million operations; no network that drives does");
    }
  }

  void make(ValueId id, const std::string& who) {
    if (!in_range(id)) return faults_.add(who + " names value " + std::to_string(id) + ", which does not exist");
    if (made_[static_cast<std::size_t>(id)])
      return faults_.add(who + " makes value '" + value(id).name + "' a second time");
    made_[static_cast<std::size_t>(id)] = true;
  }

  void check_values() {
    for (const Value& v : network_.values) {
      if (v.name.size() > kLongestName)
        return faults_.add("a value's name is longer than " + std::to_string(kLongestName) + " bytes");
      if (!within_limits(v.shape)) faults_.add("value '" + v.name + "' has the impossible shape " + to_string(v.shape));
      if (!v.quantization) continue;
      const ActivationQuantization& q = *v.quantization;
      if (!(std::isnormal(q.scale) && q.scale > 0) || q.zero_point < 0 || q.zero_point > 255)
        faults_.add("value '" + v.name + "' has a broken quantisation");
    }
    std::int64_t elements = 0;
    for (const Value& v : network_.values) {
      if (!within_limits(v.shape)) continue;
      elements += element_count(v.shape);
      if (elements > kMostValueElements)
        return faults_.add("its values together have more than " + std::to_string(kMostValueElements) + " elements");
    }
  }

  void check_inputs() {
    if (network_.inputs.empty()) faults_.add("there is no input");
    std::set<std::string> names;
    for (const InputSpec& input : network_.inputs) {
      const std::string who = "input '" + input.name + "'";
      if (!names.insert(input.name).second) faults_.add(who + " is named twice");
      make(input.value, who);
      if (in_range(input.value)) check_input_shape(input, who);
    }
  }

  void check_input_shape(const InputSpec& input, const std::string& who) {
    const Shape& shape = value(input.value).shape;
    if (input.kind > InputKind::kLight) return faults_.add(who + " has an unknown kind");
    for (const int age : input.ages)
      if (age < 0 || age > kOldestAge)
        return faults_.add(who + " asks for what is " + std::to_string(age) + " observations old, the most is " +
                           std::to_string(kOldestAge));
    if (input.kind == InputKind::kImage) {
      const Preprocessing& p = input.preprocessing;
      if (const Status status = validate(p); !status.ok()) return faults_.add(who + ": " + status.error().message());
      const Shape expected = {p.height, p.width, std::int64_t{p.frames} * channels_of(p.format)};
      if (shape != expected)
        faults_.add(who + " has shape " + to_string(shape) + ", its preprocessing makes " + to_string(expected));
      if (!input.ages.empty() && input.ages.size() != static_cast<std::size_t>(p.frames))
        faults_.add(who + " has " + std::to_string(p.frames) + " frames and the ages of " +
                    std::to_string(input.ages.size()));
      return;
    }
    if (shape.size() != 1) faults_.add(who + " must be a vector");
    const auto speeds = static_cast<std::int64_t>(std::max<std::size_t>(1, input.ages.size()));
    if (input.kind == InputKind::kSpeed && (element_count(shape) != speeds || !std::isfinite(input.scale)))
      faults_.add(who + " must be one number for each of its ages, with a finite scale");
    if (input.kind != InputKind::kSpeed && !input.ages.empty()) faults_.add(who + " can have no ages");
  }

  void check_node(const Node& node) {
    const std::string who = std::string(op_name(node.op)) + " '" + node.name + "'";
    std::vector<Shape> shapes;
    for (const ValueId id : node.inputs) {
      if (!is_made(id)) return faults_.add(who + " reads value " + std::to_string(id) + " before it is made");
      shapes.push_back(value(id).shape);
    }
    const Result<Shape> shape = infer_shape(node.op, network_.weights, shapes);
    if (!shape.ok()) return faults_.add(who + ": " + shape.error().message());
    make(node.output, who);
    if (in_range(node.output) && value(node.output).shape != *shape)
      faults_.add(who + " makes " + to_string(*shape) + ", the file says " + to_string(value(node.output).shape));
    check_attributes(node, who);
    if (const auto* norm = std::get_if<BatchNorm>(&node.op)) check_variance(*norm, who);
  }

  // Normalising divides by its root.
  void check_variance(const BatchNorm& norm, const std::string& who) {
    const std::vector<float> variance = decode_f32(network_.weights[static_cast<std::size_t>(norm.variance)]);
    for (std::size_t c = 0; c < variance.size(); ++c) {
      if (static_cast<double>(variance[c]) + static_cast<double>(norm.epsilon) > 0) continue;
      return faults_.add(who + ": variance + epsilon of channel " + std::to_string(c) + " is not positive");
    }
  }

  void check_attributes(const Node& node, const std::string& who) {
    if (const auto* dense = std::get_if<Dense>(&node.op); dense != nullptr && dense->activation > kLastActivation)
      faults_.add(who + " has an unknown activation");
    const auto* conv = std::get_if<Conv2d>(&node.op);
    if (conv == nullptr) return;
    if (conv->activation > kLastActivation) faults_.add(who + " has an unknown activation");
    if (!std::all_of(conv->pad_value.begin(), conv->pad_value.end(), [](float v) { return std::isfinite(v); }))
      faults_.add(who + " pads with a value that is not finite");
  }

  void check_state(const StateSpec& state) {
    if (!is_made(state.after)) return faults_.add("state '" + state.name + "' is never computed");
    if (in_range(state.before) && value(state.before).shape != value(state.after).shape)
      faults_.add("state '" + state.name + "' changes its shape");
  }

  void check_outputs() {
    if (network_.outputs.empty()) faults_.add("there is no output");
    std::set<std::string> names;
    for (const OutputSpec& output : network_.outputs) {
      const std::string who = "output '" + output.name + "'";
      if (output.name.empty()) faults_.add("an output has no name");
      if (!names.insert(output.name).second) faults_.add(who + " is named twice");
      if (!(std::isfinite(output.low) && std::isfinite(output.high) && output.high > output.low))
        faults_.add(who + " needs a finite range with high above low");
      if (!is_made(output.value)) {
        faults_.add(who + " is never computed");
      } else if (output.element < 0 || output.element >= element_count(value(output.value).shape)) {
        faults_.add(who + " is element " + std::to_string(output.element) + " of a value of shape " +
                    to_string(value(output.value).shape));
      }
    }
  }

  const Network& network_;
  Faults& faults_;
  std::vector<bool> made_;
};

}  // namespace

Status validate(const Network& network) {
  Faults faults;
  for (const Weight& weight : network.weights) check_weight(weight, faults);
  // A graph over broken weights would only repeat their faults.
  if (faults.none()) GraphCheck(network, faults).run();
  if (faults.none()) return {};
  return corrupt("network '" + network.name + "': " + faults.text());
}

std::vector<int> ages_of(const InputSpec& input) {
  if (!input.ages.empty()) return input.ages;
  std::vector<int> ages(static_cast<std::size_t>(input.kind == InputKind::kImage ? input.preprocessing.frames : 1));
  std::iota(ages.begin(), ages.end(), 0);
  return ages;
}

Result<const InputSpec*> image_input(const Network& network) {
  const InputSpec* found = nullptr;
  for (const InputSpec& input : network.inputs) {
    if (input.kind != InputKind::kImage) continue;
    if (found != nullptr) return unsupported("network '" + network.name + "' reads more than one camera");
    found = &input;
  }
  if (found == nullptr) return unsupported("network '" + network.name + "' reads no camera");
  return found;
}

}  // namespace pitlane
