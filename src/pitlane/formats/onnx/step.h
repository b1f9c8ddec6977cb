// One node of an ONNX graph on its way into the network: its operands and attributes, checked, and the operators that
// it becomes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/formats/onnx/model.h"
#include "pitlane/formats/onnx/operand.h"
#include "pitlane/network/builder.h"

namespace pitlane::onnx {

/// What grows while the nodes are walked over.
struct Conversion {
  Conversion(const ModelDef& file, NetworkBuilder& network) : model(file), builder(network) {}

  const ModelDef& model;
  NetworkBuilder& builder;
  std::map<std::string, Operand> operands;
  std::set<ValueId> inputs;  ///< values of the network's inputs, which no node makes
  /// Values that lie on a grid, or are read on it where they are inputs; written into the network at the end.
  std::map<ValueId, ActivationQuantization> grids;
  std::map<std::pair<ValueId, Shape>, ValueId> shaped;  ///< flattened and reshaped values that there are already
  std::map<std::pair<ValueId, std::pair<float, std::int32_t>>, ValueId> rounded;  ///< to a grid, already
  std::vector<std::string> in_float;  ///< int8 layers that had to become float, for the metadata
  std::int64_t batch = 1;             ///< what the file's first dimension says where it is fixed
  std::size_t nodes_made = 0;
  std::uint64_t bytes_left = 0;                    ///< that weights and folded constants may still take
  std::set<std::filesystem::path> external_files;  ///< that were granted memory for what they hold
  std::uint64_t external_bytes = 0;                ///< decoded from them

  /// Errors when the file asks for memory out of proportion to its size.
  Status spend(std::uint64_t bytes);
  /// A tensor of the file. What lies in another file may take as much memory as that is large, however often and in
  /// however many tensors it is named.
  Result<ConstantPtr> decode(const TensorDef& tensor);
};

class Step {
 public:
  Step(Conversion& conversion, const NodeDef& node) : conversion_(conversion), node_(node) {}

  [[nodiscard]] const NodeDef& node() const { return node_; }
  [[nodiscard]] std::int64_t opset() const { return conversion_.model.opset; }
  [[nodiscard]] Conversion& conversion() { return conversion_; }
  [[nodiscard]] NetworkBuilder& builder() { return conversion_.builder; }
  /// What our nodes and weights are called.
  [[nodiscard]] std::string name() const { return node_.name.empty() ? node_.outputs.front() : node_.name; }

  [[nodiscard]] bool given(std::size_t input) const {
    return input < node_.inputs.size() && !node_.inputs[input].empty();
  }
  [[nodiscard]] bool all_constant() const;
  /// An input of any kind. Errors: left out.
  Result<const Operand*> operand(std::size_t input) const;
  /// An input that flows: numbers that the network computes.
  Result<const Operand*> real(std::size_t input) const;
  /// As `real`, but bytes between QuantizeLinear and DequantizeLinear may pass too.
  Result<const Operand*> flowing(std::size_t input) const;
  Result<ConstantPtr> constant(std::size_t input) const;
  /// Integers from an attribute, or from the input where newer versions of the operator have them; empty if in neither.
  Result<std::vector<std::int64_t>> integers(const char* attribute, std::size_t input) const;

  Result<std::int64_t> integer(const char* attribute, std::int64_t fallback) const;
  Result<std::vector<std::int64_t>> integers(const char* attribute) const;
  Result<float> number(const char* attribute, float fallback) const;
  Result<std::string> text(const char* attribute, const std::string& fallback) const;
  /// An axis attribute, negative ones counted from the end, within `rank`.
  Result<int> axis(const char* attribute, std::int64_t fallback, int rank) const;
  static Result<int> axis(std::int64_t value, int rank);

  /// Appends an operator; an error names what does not fit.
  Result<ValueId> add(const std::string& suffix, Op op, std::vector<ValueId> inputs);
  /// The value under another shape of as many elements.
  Result<ValueId> shaped(ValueId value, const Shape& shape);
  Result<WeightId> weight(Weight weight);

  void set(std::size_t output, Operand operand);

 private:
  Conversion& conversion_;
  const NodeDef& node_;
};

/// Turns a node into operators and sets its outputs. Errors are prefixed with the node's title by the caller.
using Converter = Status (*)(Step& step);
/// Null for operators that are not known.
Converter find_converter(const std::string& type);
/// "Add, Concat, Conv, ...", for messages.
std::string known_operators();

}  // namespace pitlane::onnx
