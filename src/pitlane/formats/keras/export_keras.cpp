#include "pitlane/formats/keras/export_keras.h"

#include <algorithm>
#include <cmath>

#include "pitlane/core/file.h"
#include "pitlane/formats/keras/op_writer.h"

namespace pitlane {
namespace {

using keras::LayerWriter;
using keras::Made;
using keras::OpWriter;
using nlohmann::json;

json repeated(const std::vector<float>& values, int times) {
  json list = json::array();
  for (int t = 0; t < times; ++t)
    for (const float v : values) list.push_back(v);
  return list;
}

class Exporter {
 public:
  explicit Exporter(const Network& network) : network_(network), ops_(network, writer_) {}

  Result<std::vector<std::byte>> run() && {
    PITLANE_TRY_STATUS(validate(network_));
    if (!network_.states.empty())
      return unsupported("network '" + network_.name + "' keeps '" + network_.states.front().name +
                         "' from one run to the next, which a Keras file of plain layers cannot; convert it to .pit");
    for (const InputSpec& input : network_.inputs) add_input(input);
    for (const Node& node : network_.nodes) PITLANE_TRY_STATUS(ops_.write(node));
    const std::vector<Made> outputs = add_outputs();
    write_attributes();
    writer_.finish(network_.name, inputs_, outputs);
    return std::move(writer_.file()).finish();
  }

 private:
  void add_input(const InputSpec& input) {
    const Shape& shape = network_.values[static_cast<std::size_t>(input.value)].shape;
    json sizes = json::array({nullptr});
    for (const std::int64_t d : shape) sizes.push_back(d);
    const json config = {{"batch_input_shape", sizes}, {"sparse", false}, {"ragged", false}};
    Made made = writer_.add("InputLayer", input.name, config, {}, shape);
    inputs_.push_back(made);
    if (input.kind == InputKind::kImage && !keras_wants_scaled(input.preprocessing)) {
      const Preprocessing& p = input.preprocessing;
      made = writer_.add("Rescaling", input.name + "_scaled",
                         {{"scale", repeated(p.scale, p.frames)}, {"offset", repeated(p.offset, p.frames)}}, {made},
                         shape);
    }
    ops_.set(input.value, made);
  }

  /// One layer with all outputs in their order.
  std::vector<Made> add_outputs() {
    const std::vector<OutputSpec>& outputs = network_.outputs;
    const Made& first = ops_.get(outputs.front().value);
    bool as_made = element_count(first.shape) == static_cast<std::int64_t>(outputs.size()) && first.shape.size() == 1;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      as_made = as_made && outputs[i].value == outputs.front().value && outputs[i].element == static_cast<int>(i);
    if (as_made) return {first};
    std::vector<Made> parts;
    for (const OutputSpec& output : outputs)
      parts.push_back(ops_.element("output." + output.name, ops_.get(output.value), output.element));
    if (parts.size() == 1) return parts;
    const auto count = static_cast<std::int64_t>(parts.size());
    return {writer_.add("Concatenate", "outputs", {{"axis", -1}}, parts, {count})};
  }

  void write_attributes() {
    keras::Hdf5Writer& file = writer_.file();
    file.text("", "model", network_.name);
    const auto image = std::ranges::find(network_.inputs, InputKind::kImage, &InputSpec::kind);
    if (image == network_.inputs.end()) return;
    file.integers("", "img_shape", network_.values[static_cast<std::size_t>(image->value)].shape);
    file.flag("", "normalized_dataset", keras_wants_scaled(image->preprocessing));
  }

  const Network& network_;
  LayerWriter writer_;
  OpWriter ops_;
  std::vector<Made> inputs_;
};

}  // namespace

bool keras_wants_scaled(const Preprocessing& p) {
  constexpr float kMean[] = {0.485F, 0.456F, 0.406F}, kDeviation[] = {0.229F, 0.224F, 0.225F};
  if (p.scale.size() != 3) return false;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto close = [](float a, float b) { return std::abs(a - b) <= 1e-6F * std::abs(b); };
    if (!close(p.scale[c], 1 / (255 * kDeviation[c])) || !close(p.offset[c], -kMean[c] / kDeviation[c])) return false;
  }
  return true;
}

Result<std::vector<std::byte>> serialize_keras(const Network& network) { return Exporter(network).run(); }

Status export_keras(const Network& network, const std::filesystem::path& path) {
  PITLANE_TRY(const std::vector<std::byte> bytes, serialize_keras(network));
  return write_file(path, bytes);
}

}  // namespace pitlane
