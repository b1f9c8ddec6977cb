// The walk over a network that writes its ONNX graph.
//
// Pictures {H, W, C} become {1, C, H, W}; everything else {1, ...} in our own order. A flattened picture is flattened
// as it lies in ONNX and the weights behind it are permuted; where something else than a layer reads it, it is
// transposed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/formats/onnx/export_onnx.h"
#include "pitlane/formats/onnx/graph_writer.h"
#include "pitlane/formats/onnx/metadata.h"

namespace pitlane::onnx {

class Exporter {
 public:
  Exporter(const Network& network, const OnnxExportOptions& options);
  Result<std::vector<std::byte>> run();

 private:
  struct Tensor {
    std::string name;
    std::optional<Shape> flattened;  ///< {1, n} that holds this picture {H, W, C} in the order C, H, W
  };
  /// A constant of a layer, and what it costs to use it: float, float16 with a Cast, int8 with DequantizeLinear.
  struct LayerWeight {
    Shape dims;                        ///< in ONNX' order
    std::vector<std::int64_t> source;  ///< of each row's elements, in our order; rows are outputs
  };

  // exporter.cpp
  void add_inputs();
  void add_image(const InputSpec& input, InputNote& note);
  void add_states();
  void add_outputs();
  Status add_node(const Node& node);

  // export_layers.cpp
  Status layer(const Node& node, const Conv2d& op);
  Status layer(const Node& node, const Dense& op);
  std::string padded(const Node& node, const Conv2d& op, const std::string& x);
  Result<std::string> constant(const Weight& weight, const LayerWeight& order);
  Result<std::string> layer_constant(const Weight& weight, const LayerWeight& order);
  std::string bias(WeightId id);
  /// Through QuantizeLinear and DequantizeLinear, once for each grid, and not at all where it has just been through.
  std::string on_grid(const std::string& x, const ActivationQuantization& grid);
  std::string unsigned_constant(const Weight& weight, const LayerWeight& order);
  std::string integer_layer(const Node& node, const Weight& weight, const std::string& x, const std::string& kernel,
                            const Attributes& attributes, WeightId bias_id);
  [[nodiscard]] bool int8(const Weight& weight) const;

  // export_ops.cpp
  Status op(const Node& node, const BatchNorm& op);
  Status op(const Node& node, const Flatten& op);
  Status op(const Node& node, const Activate& op);
  Status op(const Node& node, const Pool2d& op);
  Status op(const Node& node, const Add& op);
  Status op(const Node& node, const Multiply& op);
  Status op(const Node& node, const Concat& op);
  Status op(const Node& node, const Slice& op);
  Status op(const Node& node, const Pad& op);
  Status op(const Node& node, const Reshape& op);
  Status op(const Node& node, const Softmax& op);
  Status op(const Node& node, const Expand& op);
  Status op(const Node& node, const Conv2d& op) { return layer(node, op); }
  Status op(const Node& node, const Dense& op) { return layer(node, op); }
  Status pair(const Node& node, const char* type);

  [[nodiscard]] const Shape& shape(ValueId value) const {
    return network_.values[static_cast<std::size_t>(value)].shape;
  }
  [[nodiscard]] const Weight& weight(WeightId id) const { return network_.weights[static_cast<std::size_t>(id)]; }
  Tensor& tensor(ValueId value) { return tensors_[static_cast<std::size_t>(value)]; }
  [[nodiscard]] bool is_picture(ValueId value) const { return shape(value).size() == 3; }
  /// The tensor as the comment above says; a flattened picture is put into our order.
  std::string plain(ValueId value);
  /// {1, n} in our order.
  std::string flat(ValueId value);
  std::string reshape(const std::string& name, const std::string& x, const Shape& dims);
  std::string transpose(const std::string& name, const std::string& x, std::initializer_list<std::int64_t> permutation);
  std::string activation(const std::string& name, const std::string& x, Activation activation, float alpha);
  /// What the node makes; on its grid, if the engine rounds it.
  void set(const Node& node, const std::string& name, std::optional<Shape> flattened = {});

  const Network& network_;
  const OnnxExportOptions& options_;
  GraphWriter graph_;
  Notes notes_;
  std::vector<Tensor> tensors_;
  std::map<ValueId, std::string> flat_;
  std::map<std::pair<std::string, std::pair<float, int>>, std::string> grids_;
  std::map<std::string, ActivationQuantization> rounded_;  ///< outputs of DequantizeLinear
};

/// {1, C, H, W} of a picture, {1, ...} of others.
Shape onnx_dims(const Shape& shape);

}  // namespace pitlane::onnx
