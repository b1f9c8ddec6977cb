// A Network on its way into a .tflite graph, operator by operator.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/export_tflite.h"
#include "pitlane/formats/tflite/graph_writer.h"
#include "pitlane/network/network.h"

namespace pitlane::tflite {

class Lowering {
 public:
  /// `grids`: by ValueId; empty unless all tensors become int8.
  Lowering(const Network& source, const TfliteExportOptions& options, std::vector<Grid> grids);

  const Network& network;
  const TflitePrecision precision;
  GraphWriter graph;
  /// Weights that several layers read are written once; true: for a depthwise layer.
  std::map<std::pair<WeightId, bool>, TensorId> weights;

  Status lower(const Node& node);

  [[nodiscard]] bool int8() const { return !grids_.empty(); }
  [[nodiscard]] TensorId tensor(ValueId value) const { return tensors_.at(value); }
  void set_tensor(ValueId value, TensorId id) { tensors_[value] = id; }
  [[nodiscard]] std::optional<Grid> grid(ValueId value) const;
  /// The batch of one and the value's dimensions.
  [[nodiscard]] Shape batched(ValueId value) const;
  /// The tensor that the node's value becomes, not yet made by anything.
  TensorId result(const Node& node);
  TensorId result(ValueId value);
  /// On that grid: the tensor itself, or a new one behind QUANTIZE.
  TensorId on_grid(TensorId id, std::optional<Grid> wanted);

 private:
  std::vector<Grid> grids_;
  std::map<ValueId, TensorId> tensors_;
};

// Parts of lower(); each in the file of its name.
Status lower_conv(Lowering& to, const Node& node, const Conv2d& conv);
Status lower_dense(Lowering& to, const Node& node, const Dense& dense);
Status lower_batch_norm(Lowering& to, const Node& node, const BatchNorm& norm);
Status lower_activate(Lowering& to, const Node& node, const Activate& curve);
Status lower_pool(Lowering& to, const Node& node, const Pool2d& pool);
Status lower_pairwise(Lowering& to, const Node& node);
Status lower_concat(Lowering& to, const Node& node);
Status lower_slice(Lowering& to, const Node& node, const Slice& slice);
Status lower_pad(Lowering& to, const Node& node, const Pad& pad);
Status lower_reshape(Lowering& to, const Node& node);
Status lower_softmax(Lowering& to, const Node& node);
Status lower_expand(Lowering& to, const Node& node, const Expand& expand);

/// out = x * scale + shift per channel, then `fused`.
Status write_affine(Lowering& to, const std::string& name, TensorId x, TensorId out, const std::vector<float>& scale,
                    const std::vector<float>& shift, tfl::FusedActivation fused);
/// out = function(x).
Status write_curve(Lowering& to, const std::string& name, TensorId x, TensorId out, const Activate& curve);
/// The tensor under another shape.
TensorId write_reshape(Lowering& to, const std::string& name, TensorId x, const Shape& shape);
void write_reshape(Lowering& to, TensorId x, TensorId out);
/// Zeros, or `value`, around {1, H, W, C}.
TensorId write_pad(Lowering& to, const std::string& name, TensorId x, const Padding& padding, float value);
void write_pad(Lowering& to, TensorId x, TensorId out, const Padding& padding, float value);

/// Padding in TFLite's words; empty: neither of them, a PAD of its own is needed.
std::optional<tfl::Padding> named_padding(const Padding& padding, const Shape& picture, std::int64_t window_h,
                                          std::int64_t window_w, int stride_h, int stride_w);

enum class WeightUse { kConv, kDepthwise, kDense };
/// A layer's weight in the file's precision. Errors: magnitudes beyond what 16 bits hold.
Result<TensorId> write_weight(Lowering& to, WeightId weight, WeightUse use);
/// In steps of the input's and the weight's scales where sums are integers. Errors: beyond 32 bits.
Result<TensorId> write_bias(Lowering& to, const std::string& name, TensorId x, TensorId weight,
                            const std::vector<float>& values);

}  // namespace pitlane::tflite
