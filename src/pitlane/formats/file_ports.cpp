#include "pitlane/formats/file_ports.h"

#include <cstring>
#include <map>

#include "pitlane/engine/graph_input.h"
#include "pitlane/formats/keras/export_keras.h"

namespace pitlane {
namespace {

const Shape& shape_of(const Network& network, ValueId value) {
  return network.values[static_cast<std::size_t>(value)].shape;
}

std::vector<std::byte> bytes_of(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// From {H, W, C} to {C, H, W}.
std::vector<float> channels_first(const std::vector<float>& picture, std::size_t channels) {
  const std::size_t pixels = picture.size() / channels;
  std::vector<float> turned(picture.size());
  for (std::size_t i = 0; i < pixels; ++i)
    for (std::size_t c = 0; c < channels; ++c) turned[c * pixels + i] = picture[i * channels + c];
  return turned;
}

}  // namespace

std::size_t FilePort::size_bytes() const {
  const auto count = static_cast<std::size_t>(element_count(dims));
  return type == ElementType::kU8 ? count : count * sizeof(float);
}

std::vector<FilePort> file_ports(const Network& network, const ExportOptions& options) {
  std::vector<FilePort> ports;
  for (const InputSpec& input : network.inputs) {
    FilePort port{input, shape_of(network, input.value)};
    if (input.kind == InputKind::kImage) {
      const bool raw = options.kind == ExportKind::kOnnx && options.raw_input;
      port.type = raw ? ElementType::kU8 : ElementType::kF32;
      port.scaled = !raw && (options.kind != ExportKind::kKeras || keras_wants_scaled(input.preprocessing));
      port.channels_first = options.kind == ExportKind::kOnnx && !raw;
      if (port.channels_first) port.dims = {port.dims[2], port.dims[0], port.dims[1]};
    }
    port.dims.insert(port.dims.begin(), 1);
    ports.push_back(std::move(port));
  }
  return ports;
}

std::vector<std::byte> file_input(const FilePort& port, const TensorView& value) {
  if (port.type == ElementType::kU8) {
    const auto* bytes = static_cast<const std::byte*>(value.data);
    return {bytes, bytes + value.size_bytes};
  }
  InputSpec input = port.input;
  if (!port.scaled) input.preprocessing.scale = {1}, input.preprocessing.offset = {0};
  const std::vector<float> real = graph_input(input, value);
  if (!port.channels_first) return bytes_of(real);
  return bytes_of(channels_first(real, static_cast<std::size_t>(port.dims[1])));
}

FileOutputs file_outputs(const Network& network, const ExportOptions& options) {
  FileOutputs outputs;
  if (options.kind == ExportKind::kKeras) {  // one tensor of all
    for (; outputs.count < network.outputs.size(); ++outputs.count) outputs.places.push_back(outputs.count);
    return outputs;
  }
  std::map<ValueId, std::size_t> starts;  // one tensor a value, in the order of first mention
  for (const OutputSpec& output : network.outputs) {
    const auto [start, fresh] = starts.try_emplace(output.value, outputs.count);
    if (fresh) outputs.count += static_cast<std::size_t>(element_count(shape_of(network, output.value)));
    outputs.places.push_back(start->second + static_cast<std::size_t>(output.element));
  }
  return outputs;
}

}  // namespace pitlane
