#include "pitlane/network/describe.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace pitlane {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string number(float value) { return number(static_cast<double>(value)); }

template <typename Item, typename ToText>
std::string joined(const std::vector<Item>& items, const char* between, const ToText& to_text) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) text += (i == 0 ? "" : between) + to_text(items[i]);
  return text;
}

std::string by(std::int64_t height, std::int64_t width) { return std::to_string(height) + "x" + std::to_string(width); }

/// One number where all channels are alike.
std::string per_channel(const std::vector<float>& values) {
  if (std::ranges::all_of(values, [&](float v) { return v == values.front(); })) return number(values.front());
  return "(" + joined(values, ", ", [](float v) { return number(v); }) + ")";
}

/// ", numbers 0, 3 observations old"; empty where only the present counts.
std::string describe_ages(const InputSpec& input) {
  const std::vector<int> ages = ages_of(input);
  if (ages == std::vector<int>{0}) return "";
  const std::string list = joined(ages, ", ", [](int age) { return std::to_string(age); });
  const std::string what = input.kind == InputKind::kImage ? std::to_string(ages.size()) + " frames" : "numbers";
  return ", " + what + " " + list + " observations old";
}

const char* channels_text(PixelFormat format) {
  switch (format) {
    case PixelFormat::kRgb:
      return "RGB";
    case PixelFormat::kBgr:
      return "BGR";
    case PixelFormat::kGrey:
      return "grey";
    case PixelFormat::kRed:
      return "red alone";
    case PixelFormat::kGreen:
      return "green alone";
    case PixelFormat::kBlue:
      return "blue alone";
  }
  return "";
}

std::string describe_image(const Network& network, const InputSpec& input) {
  const Preprocessing& p = input.preprocessing;
  std::string text = "from a " + by(p.source_width, p.source_height) + " frame";
  const auto is_image = [](const InputSpec& other) { return other.kind == InputKind::kImage; };
  if (const auto cameras = std::ranges::count_if(network.inputs, is_image); cameras > 1) {
    const auto before = std::count_if(network.inputs.data(), &input, is_image);
    text += " of camera " + std::to_string(before + 1) + " of " + std::to_string(cameras);
  }
  text += ", crop " + by(p.crop.width, p.crop.height) + " at (" + std::to_string(p.crop.x) + ", " +
          std::to_string(p.crop.y) + "), resized to " + by(p.width, p.height);
  text += std::string(", ") + channels_text(p.format);
  return text + ", x * " + per_channel(p.scale) + " + " + per_channel(p.offset) + describe_ages(input);
}

std::string padding(const Padding& p) {
  if (p == Padding{}) return "";
  return ", padding " + std::to_string(p.top) + " " + std::to_string(p.left) + " " + std::to_string(p.bottom) + " " +
         std::to_string(p.right) + " (top left bottom right)";
}

std::string stride(int height, int width) {
  if (height == 1 && width == 1) return "";
  return ", stride " + (height == width ? std::to_string(height) : by(height, width));
}

std::string activation(Activation a) { return a == Activation::kNone ? "" : std::string(", ") + to_string(a); }

struct Describe {
  const Network& network;

  std::string operator()(const Conv2d& op) const {
    const Shape& kernel = network.weights[static_cast<std::size_t>(op.weight)].shape;
    std::string text = by(kernel[1], kernel[2]) + stride(op.stride_h, op.stride_w) + padding(op.padding);
    if (!op.pad_value.empty() && !(op.padding == Padding{})) text += " with " + per_channel(op.pad_value);
    if (op.groups > 1) text += ", " + std::to_string(op.groups) + " groups" + (kernel[3] == 1 ? " (depthwise)" : "");
    return text + activation(op.activation);
  }
  std::string operator()(const Dense& op) const {
    return op.activation == Activation::kNone ? "" : to_string(op.activation);
  }
  std::string operator()(const Activate& op) const {
    std::string text = to_string(op.activation);
    if (usual_alpha(op.activation) != 0) text += ", alpha " + number(op.alpha);
    return text;
  }
  std::string operator()(const Pool2d& op) const {
    return (op.kind == PoolKind::kMax ? "largest of " : "mean of ") + by(op.window_h, op.window_w) +
           stride(op.stride_h, op.stride_w) + padding(op.padding);
  }
  std::string operator()(const Slice& op) const {
    std::vector<std::size_t> dimensions;
    for (std::size_t d = 0; d < op.begin.size(); ++d) dimensions.push_back(d);
    return joined(dimensions, ", ",
                  [&](std::size_t d) { return std::to_string(op.begin[d]) + " to " + std::to_string(op.end[d] - 1); });
  }
  std::string operator()(const Pad& op) const {
    const std::string sides = padding(op.padding);
    return (sides.empty() ? "none" : sides.substr(2)) + " with " + number(op.value);
  }
  template <typename Other>
  std::string operator()(const Other& /*op*/) const {
    return "";  // all there is to say is its shape
  }
};

}  // namespace

std::string describe_input(const Network& network, const InputSpec& input) {
  switch (input.kind) {
    case InputKind::kImage:
      return describe_image(network, input);
    case InputKind::kSpeed:
      return "measured speed in m/s * " + number(input.scale) + describe_ages(input);
    case InputKind::kCommand:
      return "high-level command, one-hot";
    case InputKind::kLight:
      return "traffic light ahead, one-hot";
  }
  return "";
}

std::string describe_layer(const Network& network, const Node& node) {
  std::string text = std::visit(Describe{network}, node.op);
  if (node.inputs.size() > 1)
    text += (text.empty() ? "of " : ", of ") +
            joined(node.inputs, ", ", [&](ValueId id) { return network.values[static_cast<std::size_t>(id)].name; });
  return text;
}

}  // namespace pitlane
