#include "pitlane/formats/tflite/lowering.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "pitlane/formats/tflite/activation_grids.h"
#include "pitlane/formats/tflite/translation.h"

namespace pitlane::tflite {

Lowering::Lowering(const Network& source, const TfliteExportOptions& options, std::vector<Grid> grids)
    : network(source), precision(options.precision), grids_(std::move(grids)) {}

std::optional<Grid> Lowering::grid(ValueId value) const {
  if (grids_.empty()) return {};
  return grids_[static_cast<std::size_t>(value)];
}

Shape Lowering::batched(ValueId value) const {
  const Shape& shape = network.values[static_cast<std::size_t>(value)].shape;
  Shape result = {1};
  result.insert(result.end(), shape.begin(), shape.end());
  return result;
}

TensorId Lowering::result(ValueId value) {
  const TensorId id = graph.flow(network.values[static_cast<std::size_t>(value)].name, batched(value), grid(value));
  set_tensor(value, id);
  return id;
}

TensorId Lowering::result(const Node& node) { return result(node.output); }

TensorId Lowering::on_grid(TensorId id, std::optional<Grid> wanted) {
  if (!wanted) return id;
  const WrittenTensor& now = graph.at(id);
  if (now.type == tfl::TensorType::INT8 && now.scales == std::vector{wanted->scale} && now.zero == wanted->zero)
    return id;
  const TensorId moved = graph.flow(now.name + ".requantized", now.shape, wanted);
  graph.add(tfl::BuiltinOperator::QUANTIZE, 2, {id}, {moved});
  return moved;
}

Status Lowering::lower(const Node& node) {
  Status status = std::visit(
      [&](const auto& op) -> Status {
        using T = std::decay_t<decltype(op)>;
        if constexpr (std::is_same_v<T, Conv2d>) return lower_conv(*this, node, op);
        if constexpr (std::is_same_v<T, Dense>) return lower_dense(*this, node, op);
        if constexpr (std::is_same_v<T, BatchNorm>) return lower_batch_norm(*this, node, op);
        if constexpr (std::is_same_v<T, Activate>) return lower_activate(*this, node, op);
        if constexpr (std::is_same_v<T, Pool2d>) return lower_pool(*this, node, op);
        if constexpr (std::is_same_v<T, Add> || std::is_same_v<T, Multiply>) return lower_pairwise(*this, node);
        if constexpr (std::is_same_v<T, Concat>) return lower_concat(*this, node);
        if constexpr (std::is_same_v<T, Slice>) return lower_slice(*this, node, op);
        if constexpr (std::is_same_v<T, Pad>) return lower_pad(*this, node, op);
        if constexpr (std::is_same_v<T, Flatten> || std::is_same_v<T, Reshape>) return lower_reshape(*this, node);
        if constexpr (std::is_same_v<T, Softmax>) return lower_softmax(*this, node);
        if constexpr (std::is_same_v<T, Expand>) return lower_expand(*this, node, op);
        return Status();
      },
      node.op);
  if (status.ok()) return status;
  return status.error().in(std::string(op_name(node.op)) + " '" + node.name + "'");
}

std::optional<tfl::Padding> named_padding(const Padding& padding, const Shape& picture, std::int64_t window_h,
                                          std::int64_t window_w, int stride_h, int stride_w) {
  if (padding == Padding{}) return tfl::Padding::VALID;
  const auto [top, bottom] = padding_of(tfl::Padding::SAME, picture[0], window_h, stride_h);
  const auto [left, right] = padding_of(tfl::Padding::SAME, picture[1], window_w, stride_w);
  if (padding == Padding{top, left, bottom, right}) return tfl::Padding::SAME;
  return {};
}

}  // namespace pitlane::tflite
