#include "pitlane/network/recurrent.h"

#include <algorithm>

namespace pitlane {
namespace {

class LstmStep {
 public:
  LstmStep(NetworkBuilder& builder, std::string name, const LstmCell& cell)
      : builder_(builder), name_(std::move(name)), cell_(cell) {}

  LstmState run(ValueId input, const LstmState& before) {
    sums_ = add("gates", cell_.input, {input});
    if (before.hidden >= 0 && cell_.recurrent)
      sums_ = add("sum", Add{}, {sums_, add("recurrent", *cell_.recurrent, {before.hidden})});
    if (const std::int64_t outputs = builder_.shape(sums_).back(); outputs % 4 != 0)
      builder_.fault(invalid_argument("LSTM '" + name_ + "': its layer makes " + std::to_string(outputs) +
                                      " channels, four gates need a multiple of 4"));
    const ValueId write = gate("input", cell_.order.input, cell_.gate);
    const ValueId candidate = gate("candidate", cell_.order.cell, cell_.activation);
    const ValueId output = gate("output", cell_.order.output, cell_.gate);
    ValueId memory = add("new", Multiply{}, {write, candidate});
    if (before.cell >= 0) {
      const ValueId keep = gate("forget", cell_.order.forget, cell_.gate);
      memory = add("cell", Add{}, {memory, add("kept", Multiply{}, {before.cell, keep})});
    }
    const ValueId shown = add("shown", cell_.activation, {memory});
    return {add("hidden", Multiply{}, {shown, output}), memory};
  }

 private:
  ValueId add(const char* part, Op op, std::vector<ValueId> inputs) {
    return builder_.add(name_ + "." + part, std::move(op), std::move(inputs));
  }

  ValueId gate(const std::string& part, int quarter, const Activate& curve) {
    Shape end = builder_.shape(sums_);
    Shape begin(end.size(), 0);
    const std::int64_t units = std::max<std::int64_t>(1, end.back() / 4);
    begin.back() = quarter * units;
    end.back() = begin.back() + units;
    const ValueId part_of_sums = builder_.add(name_ + "." + part + ".sum", Slice{begin, end}, {sums_});
    return builder_.add(name_ + "." + part, curve, {part_of_sums});
  }

  NetworkBuilder& builder_;
  std::string name_;
  const LstmCell& cell_;
  ValueId sums_ = -1;
};

}  // namespace

LstmState add_lstm_step(NetworkBuilder& builder, const std::string& name, const LstmCell& cell, ValueId input,
                        const LstmState& before) {
  return LstmStep(builder, name, cell).run(input, before);
}

}  // namespace pitlane
