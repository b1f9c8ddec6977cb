#include "pitlane/formats/keras/op_writer.h"

#include <algorithm>

#include "pitlane/formats/keras/conv_writer.h"

namespace pitlane::keras {
namespace {

using nlohmann::json;

json size_list(const Shape& shape) { return json(shape); }

}  // namespace

std::vector<float> OpWriter::weight(WeightId id) const {
  return decode_f32(network_.weights[static_cast<std::size_t>(id)]);
}

const Shape& OpWriter::weight_shape(WeightId id) const { return network_.weights[static_cast<std::size_t>(id)].shape; }

Made OpWriter::reshape(const std::string& name, const Shape& shape, const Made& input) {
  if (shape == input.shape) return input;
  return writer_.add("Reshape", name, {{"target_shape", size_list(shape)}}, {input}, shape);
}

Made OpWriter::affine(const std::string& name, const std::vector<float>& scale, const std::vector<float>& offset,
                      const Made& input) {
  const auto number = [](const std::vector<float>& v) { return v.size() == 1 ? json(v.front()) : json(v); };
  return writer_.add("Rescaling", name, {{"scale", number(scale)}, {"offset", number(offset)}}, {input}, input.shape);
}

Made OpWriter::zero_padding(const std::string& name, const Padding& p, const Made& input) {
  const Shape shape = {input.shape[0] + p.top + p.bottom, input.shape[1] + p.left + p.right, input.shape[2]};
  const json margins = json::array({json::array({p.top, p.bottom}), json::array({p.left, p.right})});
  return writer_.add("ZeroPadding2D", name, {{"padding", margins}, {"data_format", "channels_last"}}, {input}, shape);
}

Made OpWriter::activate(const std::string& name, const Activate& op, const Made& input) {
  const auto layer = [&](const char* class_name, json config) {
    return writer_.add(class_name, name, std::move(config), {input}, input.shape);
  };
  switch (op.activation) {
    case Activation::kNone:
      return input;
    case Activation::kLeakyRelu:
      return layer("LeakyReLU", {{"alpha", op.alpha}});
    case Activation::kRelu6:
      return layer("ReLU", {{"max_value", 6.0}, {"negative_slope", 0.0}, {"threshold", 0.0}});
    case Activation::kHardSigmoid: {
      // Keras' own has another slope in each version.
      const Made straight = affine(name + "_line", {op.alpha}, {0.5F}, input);
      return writer_.add("ReLU", name, {{"max_value", 1.0}, {"negative_slope", 0.0}, {"threshold", 0.0}}, {straight},
                         input.shape);
    }
    case Activation::kElu:
      return layer("ELU", {{"alpha", op.alpha}});
    default:
      return layer("Activation", {{"activation", to_string(op.activation)}});
  }
}

Made OpWriter::conv(const std::string& name, const Conv2d& op, Made input) {
  std::vector<float> bias(static_cast<std::size_t>(weight_shape(op.weight)[0]), 0);
  if (op.bias != kNoWeight) bias = weight(op.bias);
  KerasKernel kernel = keras_kernel(weight(op.weight), weight_shape(op.weight), op, input.shape[2]);
  const bool pads = !(op.padding == Padding{});
  const bool bordered = pads && std::ranges::any_of(op.pad_value, [](float v) { return v != 0; });
  if (bordered) {  // Keras pads with zeros alone: move the border's value there, and back through the bias
    std::vector<float> negative = op.pad_value;
    for (float& v : negative) v = -v;
    input = affine(name + "_border", {1}, negative, input);
    add_response(weight(op.weight), weight_shape(op.weight), op, bias);
  }
  const bool same = pads && is_same_padding(op, weight_shape(op.weight), input.shape);
  if (pads && !same) input = zero_padding(name + "_padding", op.padding, input);
  const Shape& k = weight_shape(op.weight);
  const Padding outside = same ? op.padding : Padding{};
  const Shape shape = {(input.shape[0] + outside.top + outside.bottom - k[1]) / op.stride_h + 1,
                       (input.shape[1] + outside.left + outside.right - k[2]) / op.stride_w + 1, k[0]};
  json config = {{"kernel_size", json::array({k[1], k[2]})},
                 {"strides", json::array({op.stride_h, op.stride_w})},
                 {"padding", same ? "same" : "valid"},
                 {"data_format", "channels_last"},
                 {"dilation_rate", json::array({1, 1})},
                 {"activation", "linear"},
                 {"use_bias", true}};
  if (kernel.depthwise)
    config["depth_multiplier"] = kernel.shape[3];
  else
    config["filters"] = k[0];
  const Made made =
      writer_.add(kernel.depthwise ? "DepthwiseConv2D" : "Conv2D", name, std::move(config), {input}, shape,
                  {{kernel.depthwise ? "depthwise_kernel" : "kernel", kernel.shape, std::move(kernel.values)},
                   {"bias", {k[0]}, std::move(bias)}});
  return activate(name + "_activation", {op.activation, usual_alpha(op.activation)}, made);
}

Made OpWriter::dense(const std::string& name, const Dense& op, const Made& input) {
  const Shape& k = weight_shape(op.weight);
  const Made flat = reshape(name + "_flat", {element_count(input.shape)}, input);
  std::vector<float> bias(static_cast<std::size_t>(k[0]), 0);
  if (op.bias != kNoWeight) bias = weight(op.bias);
  const Made made = writer_.add(
      "Dense", name, {{"units", k[0]}, {"activation", "linear"}, {"use_bias", true}}, {flat}, {k[0]},
      {{"kernel", {k[1], k[0]}, outputs_last(weight(op.weight), k[0], k[1])}, {"bias", {k[0]}, std::move(bias)}});
  return activate(name + "_activation", {op.activation, usual_alpha(op.activation)}, made);
}

Made OpWriter::batch_norm(const std::string& name, const BatchNorm& op, const Made& input) {
  const Shape channels = {input.shape.back()};
  const json config = {{"axis", json::array({input.shape.size()})},
                       {"momentum", 0.99},
                       {"epsilon", op.epsilon},
                       {"center", true},
                       {"scale", true}};
  return writer_.add("BatchNormalization", name, config, {input}, input.shape,
                     {{"gamma", channels, weight(op.gamma)},
                      {"beta", channels, weight(op.beta)},
                      {"moving_mean", channels, weight(op.mean)},
                      {"moving_variance", channels, weight(op.variance)}});
}

Result<Made> OpWriter::pool(const std::string& name, const Pool2d& op, const Made& input) {
  const Conv2d walk{op.stride_h, op.stride_w, op.padding, {}, kNoWeight, kNoWeight, Activation::kNone, 1};
  const bool pads = !(op.padding == Padding{});
  const bool same = pads && is_same_padding(walk, {1, op.window_h, op.window_w, 1}, input.shape);
  if (pads && !same)
    return unsupported("Pool2d '" + name + "' has a padding that Keras' layers do not have; convert it to ONNX");
  const Padding& p = op.padding;
  const Shape shape = {(input.shape[0] + p.top + p.bottom - op.window_h) / op.stride_h + 1,
                       (input.shape[1] + p.left + p.right - op.window_w) / op.stride_w + 1, input.shape[2]};
  return writer_.add(op.kind == PoolKind::kMax ? "MaxPooling2D" : "AveragePooling2D", name,
                     {{"pool_size", json::array({op.window_h, op.window_w})},
                      {"strides", json::array({op.stride_h, op.stride_w})},
                      {"padding", same ? "same" : "valid"},
                      {"data_format", "channels_last"}},
                     {input}, shape);
}

Made OpWriter::pairwise(const Node& node, const char* class_name) {
  const Made first = get(node.inputs[0]);
  Made second = get(node.inputs[1]);
  if (second.shape != first.shape) {
    Shape shape(first.shape.size(), 1);
    shape.back() = element_count(second.shape);
    second = reshape(node.name + "_shape", shape, second);
  }
  return writer_.add(class_name, node.name, json::object(), {first, second}, first.shape);
}

Made OpWriter::pad(const std::string& name, const Pad& op, Made input) {
  if (op.value == 0) return zero_padding(name, op.padding, input);
  input = affine(name + "_border", {1}, {-op.value}, input);
  return affine(name + "_back", {1}, {op.value}, zero_padding(name, op.padding, input));
}

Made OpWriter::cropped(const std::string& name, const Made& input, std::int64_t before, std::int64_t size,
                       std::int64_t begin, std::int64_t end) {
  const std::int64_t behind = element_count(input.shape) / before / size;
  const Made as_picture = reshape(name + "_picture", {before, size, behind}, input);
  const json margins = json::array({json::array({0, 0}), json::array({begin, size - end})});
  return writer_.add("Cropping2D", name + "_part", {{"cropping", margins}, {"data_format", "channels_last"}},
                     {as_picture}, {before, end - begin, behind});
}

Made OpWriter::slice(const std::string& name, const Slice& op, const Made& input) {
  Made part = input;
  Shape shape = input.shape;
  std::int64_t before = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (op.begin[d] != 0 || op.end[d] != shape[d])
      part = cropped(name + "_" + std::to_string(d), part, before, shape[d], op.begin[d], op.end[d]);
    shape[d] = op.end[d] - op.begin[d];
    before *= shape[d];
  }
  return reshape(name, shape, part);
}

Made OpWriter::element(const std::string& name, const Made& from, std::int64_t index) {
  Made flat = reshape(name + "_flat", {element_count(from.shape)}, from);
  if (flat.shape[0] == 1) return flat;
  return slice(name, Slice{{index}, {index + 1}}, flat);
}

Made OpWriter::expand(const std::string& name, const Expand& op, const Made& input) {
  const Made pixel = reshape(name + "_pixel", {1, 1, input.shape.back()}, input);
  return writer_.add(
      "UpSampling2D", name,
      {{"size", json::array({op.height, op.width})}, {"data_format", "channels_last"}, {"interpolation", "nearest"}},
      {pixel}, {op.height, op.width, input.shape.back()});
}

Result<Made> OpWriter::convert(const Node& node, const Made& input) {
  const std::string& name = node.name;
  if (const auto* op = std::get_if<Conv2d>(&node.op)) return conv(name, *op, input);
  if (const auto* op = std::get_if<Dense>(&node.op)) return dense(name, *op, input);
  if (const auto* op = std::get_if<BatchNorm>(&node.op)) return batch_norm(name, *op, input);
  if (std::holds_alternative<Flatten>(node.op)) return reshape(name, {element_count(input.shape)}, input);
  if (const auto* op = std::get_if<Activate>(&node.op)) return activate(name, *op, input);
  if (const auto* op = std::get_if<Pool2d>(&node.op)) return pool(name, *op, input);
  if (std::holds_alternative<Add>(node.op)) return pairwise(node, "Add");
  if (std::holds_alternative<Multiply>(node.op)) return pairwise(node, "Multiply");
  if (const auto* op = std::get_if<Slice>(&node.op)) return slice(name, *op, input);
  if (const auto* op = std::get_if<Pad>(&node.op)) return pad(name, *op, input);
  if (const auto* op = std::get_if<Reshape>(&node.op)) return reshape(name, op->shape, input);
  if (std::holds_alternative<Softmax>(node.op))
    return writer_.add("Activation", name, {{"activation", "softmax"}}, {input}, input.shape);
  if (const auto* op = std::get_if<Expand>(&node.op)) return expand(name, *op, input);
  if (std::holds_alternative<Concat>(node.op)) {
    std::vector<Made> parts;
    Shape shape = input.shape;
    shape.back() = 0;
    for (const ValueId id : node.inputs) {
      parts.push_back(get(id));
      shape.back() += parts.back().shape.back();
    }
    if (parts.size() == 1) return parts.front();
    return writer_.add("Concatenate", name, {{"axis", -1}}, parts, shape);
  }
  return unsupported(std::string(op_name(node.op)) + " '" + name + "' cannot be written to a Keras file");
}

Status OpWriter::write(const Node& node) {
  PITLANE_TRY(Made made, convert(node, Made(get(node.inputs.front()))));
  set(node.output, std::move(made));
  return {};
}

}  // namespace pitlane::keras
