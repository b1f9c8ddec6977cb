#include <algorithm>
#include <utility>

#include "pit_generated.h"
#include "pitlane/core/file.h"
#include "pitlane/network/pit_checksum.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/network/pit_version.h"
#include "pitlane/network/weight_encoding.h"

namespace pitlane {
namespace {

namespace fb = flatbuffers;
using Builder = fb::FlatBufferBuilder;

constexpr std::size_t kAlignment = 64;  // a cache line, and the widest vector load

struct WeightWriter {
  std::uint32_t version = 1;  // that the encodings need

  fb::Offset<pit::Weight> operator()(Builder& out, const Weight& weight) {
    const EncodedElements encoded = encode_elements(weight.data.bytes(), bytes_per_element(weight.storage));
    const bool is_dense = encoded.encoding == WeightEncoding::kDense;
    if (encoded.encoding > WeightEncoding::kSparse) version = 3;
    const std::span<const std::byte> data = is_dense ? weight.data.bytes() : std::span(encoded.bytes);
    const auto name = out.CreateString(weight.name);
    const auto shape = out.CreateVector(weight.shape);
    const auto scales = weight.scales.empty() ? 0 : out.CreateVector(weight.scales);
    out.ForceVectorAlignment(data.size(), 1, kAlignment);
    const auto bytes = out.CreateVector(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
    return pit::CreateWeight(out, name, shape, static_cast<std::uint8_t>(weight.storage), scales,
                             static_cast<std::uint8_t>(encoded.encoding), bytes);
  }
};

fb::Offset<pit::Value> write_value(Builder& out, const Value& value) {
  const auto name = out.CreateString(value.name);
  const auto shape = out.CreateVector(value.shape);
  if (!value.quantization) return pit::CreateValue(out, name, shape);
  const pit::Quantization quantization(value.quantization->scale, value.quantization->zero_point);
  return pit::CreateValue(out, name, shape, &quantization);
}

pit::Padding write_padding(const Padding& p) { return {p.top, p.left, p.bottom, p.right}; }

struct OpWriter {
  Builder& out;
  using Written = std::pair<pit::Op, fb::Offset<void>>;

  Written operator()(const Conv2d& op) const {
    const pit::Padding padding = write_padding(op.padding);
    const auto pad_value = op.pad_value.empty() ? 0 : out.CreateVector(op.pad_value);
    return {pit::Op::Conv2d, pit::CreateConv2d(out, op.stride_h, op.stride_w, &padding, pad_value, op.weight, op.bias,
                                               static_cast<std::uint8_t>(op.activation), op.groups)
                                 .Union()};
  }
  Written operator()(const Dense& op) const {
    return {pit::Op::Dense,
            pit::CreateDense(out, op.weight, op.bias, static_cast<std::uint8_t>(op.activation)).Union()};
  }
  Written operator()(const BatchNorm& op) const {
    return {pit::Op::BatchNorm, pit::CreateBatchNorm(out, op.gamma, op.beta, op.mean, op.variance, op.epsilon).Union()};
  }
  Written operator()(const Flatten&) const { return {pit::Op::Flatten, pit::CreateFlatten(out).Union()}; }
  Written operator()(const Activate& op) const {
    fb::Optional<float> alpha;
    if (op.alpha != usual_alpha(op.activation)) alpha = op.alpha;
    return {pit::Op::Activate, pit::CreateActivate(out, static_cast<std::uint8_t>(op.activation), alpha).Union()};
  }
  Written operator()(const Pool2d& op) const {
    const pit::Padding padding = write_padding(op.padding);
    return {pit::Op::Pool2d, pit::CreatePool2d(out, static_cast<std::uint8_t>(op.kind), op.window_h, op.window_w,
                                               op.stride_h, op.stride_w, &padding)
                                 .Union()};
  }
  Written operator()(const Add&) const { return {pit::Op::Add, pit::CreateAdd(out).Union()}; }
  Written operator()(const Multiply&) const { return {pit::Op::Multiply, pit::CreateMultiply(out).Union()}; }
  Written operator()(const Concat&) const { return {pit::Op::Concat, pit::CreateConcat(out).Union()}; }
  Written operator()(const Slice& op) const {
    const auto begin = out.CreateVector(op.begin);
    const auto end = out.CreateVector(op.end);
    return {pit::Op::Slice, pit::CreateSlice(out, begin, end).Union()};
  }
  Written operator()(const Pad& op) const {
    const pit::Padding padding = write_padding(op.padding);
    return {pit::Op::Pad, pit::CreatePad(out, &padding, op.value).Union()};
  }
  Written operator()(const Reshape& op) const {
    return {pit::Op::Reshape, pit::CreateReshape(out, out.CreateVector(op.shape)).Union()};
  }
  Written operator()(const Softmax&) const { return {pit::Op::Softmax, pit::CreateSoftmax(out).Union()}; }
  Written operator()(const Expand& op) const {
    return {pit::Op::Expand, pit::CreateExpand(out, op.height, op.width).Union()};
  }
};

fb::Offset<pit::Node> write_node(Builder& out, const Node& node) {
  const auto name = out.CreateString(node.name);
  const auto inputs = out.CreateVector(node.inputs);
  const auto [type, op] = std::visit(OpWriter{out}, node.op);
  return pit::CreateNode(out, name, type, op, inputs, node.output);
}

fb::Offset<pit::Input> write_input(Builder& out, const InputSpec& input) {
  const auto name = out.CreateString(input.name);
  fb::Offset<pit::Preprocessing> preprocessing;
  if (input.kind == InputKind::kImage) {
    const Preprocessing& p = input.preprocessing;
    const auto scale = out.CreateVector(p.scale);
    const auto offset = out.CreateVector(p.offset);
    preprocessing =
        pit::CreatePreprocessing(out, p.source_width, p.source_height, p.crop.x, p.crop.y, p.crop.width, p.crop.height,
                                 p.width, p.height, static_cast<std::uint8_t>(p.format), scale, offset, p.frames);
  }
  const auto ages = input.ages.empty() ? 0 : out.CreateVector(input.ages);
  return pit::CreateInput(out, name, static_cast<std::uint8_t>(input.kind), input.value, preprocessing, input.scale,
                          ages);
}

fb::Offset<pit::Output> write_output(Builder& out, const OutputSpec& o) {
  const auto name = out.CreateString(o.name);
  const auto unit = out.CreateString(o.unit);
  return pit::CreateOutput(out, name, unit, o.low, o.high, o.value, o.element);
}

fb::Offset<pit::State> write_state(Builder& out, const StateSpec& state) {
  return pit::CreateState(out, out.CreateString(state.name), state.before, state.after);
}

template <typename Item, typename Write>
auto write_all(Builder& out, const std::vector<Item>& items, Write&& write) {
  std::vector<decltype(write(out, items.front()))> offsets;
  offsets.reserve(items.size());
  for (const Item& item : items) offsets.push_back(write(out, item));
  return out.CreateVector(offsets);
}

// The oldest reader that understands the network: what only uses the first version's words is written in it.
std::uint32_t version_needed(const Network& network) {
  constexpr std::size_t kOpsOfVersion1 = 5;
  for (const Weight& weight : network.weights)
    if (weight.storage > Storage::kI8) return 2;
  for (const InputSpec& input : network.inputs)
    if (!input.ages.empty() || input.kind > InputKind::kCommand) return 2;
  for (const Node& node : network.nodes) {
    if (node.op.index() >= kOpsOfVersion1) return 2;
    if (const auto* conv = std::get_if<Conv2d>(&node.op); conv != nullptr)
      if (conv->groups != 1 || conv->activation > Activation::kSigmoid) return 2;
    if (const auto* dense = std::get_if<Dense>(&node.op); dense != nullptr)
      if (dense->activation > Activation::kSigmoid) return 2;
    if (const auto* curve = std::get_if<Activate>(&node.op); curve != nullptr)
      if (curve->activation > Activation::kSigmoid || curve->alpha != usual_alpha(curve->activation)) return 2;
  }
  return 1;
}

}  // namespace

Result<std::vector<std::byte>> serialize_pit(const Network& network) {
  PITLANE_TRY_STATUS(validate(network));
  Builder out(1 << 20);
  WeightWriter write_weight;
  const auto weights = write_all(out, network.weights, write_weight);
  const auto nodes = write_all(out, network.nodes, write_node);
  const auto values = write_all(out, network.values, write_value);
  const auto states = write_all(out, network.states, write_state);
  const auto outputs = write_all(out, network.outputs, write_output);
  const auto inputs = write_all(out, network.inputs, write_input);
  std::vector<fb::Offset<pit::Entry>> entries;
  for (const auto& [key, value] : network.metadata) {
    // One after the other: the order of arguments, and with it the file, would be the compiler's choice.
    const auto text = out.CreateString(value);
    entries.push_back(pit::CreateEntry(out, out.CreateString(key), text));
  }
  const auto metadata = out.CreateVector(entries);
  const auto name = out.CreateString(network.name);
  constexpr std::uint64_t kUnsealed = 1;  // a zero would be left out of the file
  out.Finish(pit::CreateFile(out, std::max(version_needed(network), write_weight.version), name, inputs, outputs,
                             states, values, nodes, weights, metadata, kUnsealed, kUnsealed),
             pit::FileIdentifier());
  const auto* begin = reinterpret_cast<const std::byte*>(out.GetBufferPointer());
  std::vector<std::byte> file(begin, begin + out.GetSize());
  seal_pit(file);
  return file;
}

Status save_pit(const Network& network, const std::filesystem::path& path) {
  PITLANE_TRY(const std::vector<std::byte> bytes, serialize_pit(network));
  return write_file(path, bytes);
}

}  // namespace pitlane
