#include "pitlane/engine/lstm_cells.h"

#include <algorithm>
#include <utility>

namespace pitlane {
namespace {

bool same_curve(const Activate& a, const Activate& b) { return a.activation == b.activation && a.alpha == b.alpha; }

bool is_tanh(const Node& curve) { return std::get<Activate>(curve.op).activation == Activation::kTanh; }

/// What the kernel has for gates.
bool opens_a_gate(const Activate& curve) {
  return curve.activation == Activation::kSigmoid || curve.activation == Activation::kHardSigmoid;
}

/// One gate of a cell: an activation of a part of the sums.
struct LstmGate {
  const Node* curve = nullptr;
  const Node* slice = nullptr;

  [[nodiscard]] const Activate& function() const { return std::get<Activate>(curve->op); }
  [[nodiscard]] std::size_t begin() const { return static_cast<std::size_t>(std::get<Slice>(slice->op).begin.back()); }
};

class LstmFinder {
 public:
  explicit LstmFinder(const Network& network)
      : network_(network),
        makers_(network.values.size()),
        readers_(network.values.size()),
        found_(network.nodes.size()) {
    for (const Node& node : network.nodes) {
      makers_[node.output] = &node;
      for (const ValueId input : node.inputs) ++readers_[input];
    }
    for (const OutputSpec& output : network.outputs) ++readers_[output.value];
    for (const StateSpec& state : network.states) ++readers_[state.after];
  }

  LstmCells find() {
    for (const Node& hidden : network_.nodes) {
      if (!std::holds_alternative<Multiply>(hidden.op)) continue;
      for (const int side : {0, 1})
        if (match(hidden, hidden.inputs[side], hidden.inputs[1 - side])) keep(hidden);
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] const Shape& shape(ValueId value) const { return network_.values[value].shape; }
  [[nodiscard]] std::size_t index(const Node& node) const {
    return static_cast<std::size_t>(&node - network_.nodes.data());
  }

  /// The node of type O that makes a value for this many readers and no grid; else null.
  template <typename O>
  [[nodiscard]] const Node* inner(ValueId value, int readers = 1) const {
    const Node* node = makers_[value];
    const bool fits = node != nullptr && std::holds_alternative<O>(node->op) && readers_[value] == readers &&
                      !network_.values[value].quantization;
    return fits ? node : nullptr;
  }

  bool find_gate(ValueId value, LstmGate& gate);
  bool match(const Node& hidden, ValueId shown, ValueId output);
  bool match_memory();
  bool match_new(const Node& product);
  bool match_kept(const Node& product);
  void match_sums();
  void keep(const Node& hidden);
  void take(const Node& node) { inside_[count_++] = &node; }

  const Network& network_;
  std::vector<const Node*> makers_;  // by value; null for inputs and memory
  std::vector<int> readers_;         // by value
  LstmCells found_;

  // What is being matched.
  LstmNodes cell_;
  const Node* memory_ = nullptr;  // makes c
  LstmGate output_;
  const Node* inside_[16] = {};  // what it computes besides c: at most 13
  int count_ = 0;
};

/// Of the shape of c; of the sums that the output gate has, where that is known.
bool LstmFinder::find_gate(ValueId value, LstmGate& gate) {
  const Shape& like = shape(memory_->output);
  gate.curve = inner<Activate>(value);
  gate.slice = gate.curve == nullptr ? nullptr : inner<Slice>(gate.curve->inputs[0]);
  if (gate.slice == nullptr || shape(gate.slice->output) != like) return false;
  const Shape& whole = shape(gate.slice->inputs[0]);
  if (whole.empty() || !std::equal(whole.begin(), whole.end() - 1, like.begin())) return false;
  if (output_.slice != nullptr && gate.slice->inputs[0] != output_.slice->inputs[0]) return false;
  take(*gate.curve);
  take(*gate.slice);
  return true;
}

/// i * g, which the curve tells apart.
bool LstmFinder::match_new(const Node& product) {
  LstmGate input, candidate;
  if (!find_gate(product.inputs[0], input) || !find_gate(product.inputs[1], candidate)) return false;
  if (is_tanh(*input.curve)) std::swap(input, candidate);
  if (!same_curve(input.function(), output_.function()) || !is_tanh(*candidate.curve)) return false;
  cell_.input = input.begin();
  cell_.candidate = candidate.begin();
  return true;
}

/// f * before
bool LstmFinder::match_kept(const Node& product) {
  const int taken = count_;
  for (const int side : {0, 1}) {
    count_ = taken;  // what looks like a gate on one side may be what is kept
    LstmGate forget;
    const ValueId before = product.inputs[1 - side];
    if (!find_gate(product.inputs[side], forget) || !same_curve(forget.function(), output_.function())) continue;
    if (shape(before) != shape(memory_->output)) continue;
    cell_.forget = forget.begin();
    cell_.before = before;
    return true;
  }
  return false;
}

bool LstmFinder::match_memory() {
  if (std::holds_alternative<Multiply>(memory_->op)) return match_new(*memory_);
  if (!std::holds_alternative<Add>(memory_->op)) return false;
  const Node* products[2] = {inner<Multiply>(memory_->inputs[0]), inner<Multiply>(memory_->inputs[1])};
  if (products[0] == nullptr || products[1] == nullptr) return false;
  const int taken = count_;
  for (const int side : {0, 1}) {
    count_ = taken;
    take(*products[0]);
    take(*products[1]);
    if (match_new(*products[side]) && match_kept(*products[1 - side])) return true;
  }
  return false;
}

void LstmFinder::match_sums() {
  cell_.sums = output_.slice->inputs[0];
  const Node* sum = inner<Add>(cell_.sums, cell_.before < 0 ? 3 : 4);
  if (sum == nullptr || shape(sum->inputs[0]) != shape(sum->inputs[1])) return;
  cell_.sums = sum->inputs[0];
  cell_.more_sums = sum->inputs[1];
  take(*sum);
}

/// `hidden` = `shown`, tanh(c), * `output`, its gate.
bool LstmFinder::match(const Node& hidden, ValueId shown, ValueId output) {
  cell_ = {};
  output_ = {};
  count_ = 0;
  const Node* curve = inner<Activate>(shown);
  if (curve == nullptr || !is_tanh(*curve)) return false;
  memory_ = makers_[curve->inputs[0]];
  if (memory_ == nullptr || network_.values[memory_->output].quantization) return false;
  if (LstmGate gate; find_gate(output, gate) && opens_a_gate(gate.function())) output_ = gate;
  if (output_.slice == nullptr || !match_memory()) return false;
  match_sums();
  take(*curve);
  take(hidden);
  // A c that is shown twice is the first one's, and so is what one cell shows and another keeps.
  const auto taken = [this](const Node* node) {
    return found_.inside(index(*node)) || found_.at(index(*node)) != nullptr;
  };
  return !taken(memory_) && std::none_of(inside_, inside_ + count_, taken);
}

void LstmFinder::keep(const Node& hidden) {
  cell_.hidden = index(hidden);
  cell_.units = static_cast<int>(shape(memory_->output).back());
  cell_.output = output_.begin();
  cell_.gate = output_.function();
  found_.set_step(index(*memory_), cell_);
  for (int i = 0; i < count_; ++i) found_.set_inside(index(*inside_[i]));
}

}  // namespace

LstmCells find_lstm_cells(const Network& network) { return LstmFinder(network).find(); }

}  // namespace pitlane
