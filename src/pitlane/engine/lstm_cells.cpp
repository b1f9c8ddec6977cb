#include "pitlane/engine/lstm_cells.h"

#include <initializer_list>
#include <utility>

namespace pitlane {
namespace {

bool same_curve(const Activate& a, const Activate& b) { return a.activation == b.activation && a.alpha == b.alpha; }

/// One gate of a cell: an activation of a part of the sums.
struct LstmGate {
  const Node* curve = nullptr;
  const Node* slice = nullptr;

  explicit operator bool() const { return slice != nullptr; }
  [[nodiscard]] const Activate& function() const { return std::get<Activate>(curve->op); }
  [[nodiscard]] ValueId sums() const { return slice->inputs[0]; }
  [[nodiscard]] std::size_t begin() const { return static_cast<std::size_t>(std::get<Slice>(slice->op).begin.back()); }
};

class LstmFinder {
 public:
  explicit LstmFinder(const Network& network)
      : network_(network), makers_(network.values.size()), readers_(network.values.size()) {
    found_.of_node.assign(network.nodes.size(), LstmCells::kNone);
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
      if (!match(hidden, hidden.inputs[0], hidden.inputs[1])) match(hidden, hidden.inputs[1], hidden.inputs[0]);
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

  /// `like`: the shape of c.
  [[nodiscard]] LstmGate gate(ValueId value, const Shape& like) const {
    const Node* curve = inner<Activate>(value);
    const Node* slice = curve == nullptr ? nullptr : inner<Slice>(curve->inputs[0]);
    if (slice == nullptr || shape(slice->output) != like) return {};
    Shape whole = shape(slice->inputs[0]);
    whole.back() = like.back();
    return whole == like ? LstmGate{curve, slice} : LstmGate{};
  }

  bool match(const Node& hidden, ValueId left, ValueId right);
  bool add_memory(const Node& memory, const LstmGate& output);
  bool add_new(const Node& product, const LstmGate& output);
  bool add_kept(const Node& product, const LstmGate& output);
  void add_sums(const LstmGate& output);

  const Network& network_;
  std::vector<const Node*> makers_;  // by value; null for inputs and memory
  std::vector<int> readers_;         // by value
  LstmCells found_;
  LstmNodes cell_;                   // what is being matched
  std::vector<const Node*> inside_;  // what it computes besides c
};

/// i * g. Which is which shows in the curve, that of all gates; where it does not, either will do.
bool LstmFinder::add_new(const Node& product, const LstmGate& output) {
  const Shape& like = shape(product.output);
  LstmGate input = gate(product.inputs[0], like), candidate = gate(product.inputs[1], like);
  if (!input || !candidate || input.sums() != output.sums() || candidate.sums() != output.sums()) return false;
  if (!same_curve(input.function(), output.function())) std::swap(input, candidate);
  if (!same_curve(input.function(), output.function())) return false;
  cell_.input = input.begin();
  cell_.candidate = candidate.begin();
  cell_.candidate_curve = candidate.function();
  for (const LstmGate& g : {input, candidate}) inside_.insert(inside_.end(), {g.curve, g.slice});
  return true;
}

/// f * before
bool LstmFinder::add_kept(const Node& product, const LstmGate& output) {
  const Shape& like = shape(product.output);
  for (const int side : {0, 1}) {
    const LstmGate forget = gate(product.inputs[side], like);
    const ValueId before = product.inputs[1 - side];
    if (!forget || forget.sums() != output.sums() || !same_curve(forget.function(), output.function())) continue;
    if (shape(before) != like) continue;
    cell_.forget = forget.begin();
    cell_.before = before;
    inside_.insert(inside_.end(), {forget.curve, forget.slice, &product});
    return true;
  }
  return false;
}

bool LstmFinder::add_memory(const Node& memory, const LstmGate& output) {
  if (std::holds_alternative<Multiply>(memory.op)) return add_new(memory, output);
  if (!std::holds_alternative<Add>(memory.op)) return false;
  for (const int side : {0, 1}) {
    const Node* product = inner<Multiply>(memory.inputs[side]);
    const Node* kept = inner<Multiply>(memory.inputs[1 - side]);
    if (product == nullptr || kept == nullptr) return false;
    if (shape(product->output) != shape(kept->output)) return false;
    const std::size_t before = inside_.size();
    if (add_new(*product, output) && add_kept(*kept, output)) {
      inside_.push_back(product);
      return true;
    }
    inside_.resize(before);
  }
  return false;
}

void LstmFinder::add_sums(const LstmGate& output) {
  cell_.sums = output.sums();
  const Node* sum = inner<Add>(cell_.sums, cell_.before < 0 ? 3 : 4);
  if (sum == nullptr || shape(sum->inputs[0]) != shape(sum->inputs[1])) return;
  cell_.sums = sum->inputs[0];
  cell_.more_sums = sum->inputs[1];
  inside_.push_back(sum);
}

/// "lstm1.t0" of "lstm1.t0.hidden" and "lstm1.t0.cell".
std::string cell_name(const std::string& hidden, const std::string& cell) {
  const std::string stem = hidden.substr(0, hidden.rfind('.'));
  return cell.compare(0, stem.size() + 1, stem + ".") == 0 ? stem : hidden;
}

/// `hidden` = Activate(c), made as `left`, * gate, made as `right`.
bool LstmFinder::match(const Node& hidden, ValueId left, ValueId right) {
  const Node* shown = inner<Activate>(left);
  const Node* memory = shown == nullptr ? nullptr : makers_[shown->inputs[0]];
  if (memory == nullptr || network_.values[memory->output].quantization) return false;
  if (found_.of_node[index(*memory)] != LstmCells::kNone) return false;  // shown twice: the first has it
  const LstmGate output = gate(right, shape(memory->output));
  if (!output) return false;
  cell_ = {};
  inside_ = {shown, output.curve, output.slice, &hidden};
  if (!add_memory(*memory, output)) return false;
  add_sums(output);
  cell_.name = cell_name(hidden.name, memory->name);
  cell_.cell = index(*memory);
  cell_.hidden = index(hidden);
  cell_.units = static_cast<std::size_t>(shape(memory->output).back());
  cell_.output = output.begin();
  cell_.gate = output.function();
  cell_.shown = std::get<Activate>(shown->op);
  for (const Node* node : inside_) found_.of_node[index(*node)] = LstmCells::kInside;
  found_.of_node[cell_.cell] = static_cast<int>(found_.cells.size());
  found_.cells.push_back(cell_);
  return true;
}

}  // namespace

LstmCells find_lstm_cells(const Network& network) { return LstmFinder(network).find(); }

}  // namespace pitlane
