#include "pitlane/formats/onnx/ports.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "pitlane/formats/onnx/layers.h"
#include "pitlane/formats/onnx/views.h"

namespace pitlane::onnx {
namespace {

constexpr std::int64_t kMostOutputs = 256;

bool like_channels(std::int64_t size) { return size == 1 || size == 3 || size == 4 || size == 6; }

const NodeDef* first_reader(const ModelDef& model, const std::string& tensor) {
  for (const NodeDef& node : model.nodes)
    if (std::ranges::count(node.inputs, tensor) > 0) return &node;
  return nullptr;
}

/// Is the picture {N, H, W, C}?
bool channels_last(const ModelDef& model, const PortDef& port) {
  const Shape& dims = *port.dims;
  if (like_channels(dims[1]) != like_channels(dims[3])) return like_channels(dims[3]);
  // Both could be: the converters from TensorFlow begin by turning the picture.
  const NodeDef* reader = first_reader(model, port.name);
  if (reader != nullptr && reader->type == "Transpose") {
    const Attribute* permutation = reader->find("perm");
    return permutation != nullptr && permutation->integers == std::vector<std::int64_t>{0, 3, 1, 2};
  }
  return dims[3] < dims[1];
}

/// The first thing that happens to the picture is that its pixels are scaled: they come as they are.
bool scales_itself(const ModelDef& model, std::string tensor) {
  for (int hops = 0; hops < 4; ++hops) {
    const NodeDef* reader = first_reader(model, tensor);
    if (reader == nullptr || reader->outputs.empty()) return false;
    if (reader->type != "Transpose" && reader->type != "Cast" && reader->type != "Identity")
      return reader->type == "Div" || reader->type == "Mul" || reader->type == "Sub" ||
             reader->type == "DequantizeLinear";
    tensor = reader->outputs.front();
  }
  return false;
}

/// A picture of 200 x 66 whose layout may be either.
Status check_picture_dims(const PortDef& port) {
  for (std::size_t d = 1; d < 4; ++d)
    if ((*port.dims)[d] < 1)
      return unsupported("input '" + port.name + "': dimension " + std::to_string(d) +
                         " is not fixed; export the model for one size of picture");
  return {};
}

class Inputs {
 public:
  Inputs(Conversion& conversion, const ImportOptions& options) : conversion_(conversion), options_(options) {}

  Status add(const PortDef& port) {
    if (!port.dims)
      return unsupported("input '" + port.name + "' has no shape; run onnx.shape_inference over the model");
    Shape& dims = shape_ = *port.dims;
    const bool bytes = port.type == ElementType::kUint8;
    if (!bytes && port.type != ElementType::kFloat && port.type != ElementType::kHalf &&
        port.type != ElementType::kDouble)
      return unsupported("input '" + port.name + "' takes " + to_string(port.type) +
                         "; real numbers and uint8 pictures are understood");
    if (dims.size() == 4) return note_camera(port, bytes);
    if (dims.size() != 1 && dims.size() != 2)
      return unsupported("input '" + port.name + "' has " + std::to_string(dims.size()) +
                         " dimensions; pictures have 4, speeds and commands 1 or 2");
    return add_vector(port);
  }

  void write_assumed() {
    if (!assumed_.empty()) conversion_.builder.metadata("assumed of the inputs", assumed_);
  }

  /// The pictures so far.
  Status add_cameras() {
    if (cameras_.empty()) return {};
    std::vector<PictureShape> shapes;
    for (const Camera& camera : cameras_) shapes.push_back(camera.picture);
    const PixelScaling habit = guess_pixels(cameras_[0].clues, shapes[0].height, shapes[0].width);
    const auto values = add_pictures(conversion_.builder, options_, shapes, habit);
    if (!values.ok()) return values.error().in("input '" + shapes[0].name + "'");
    for (std::size_t i = 0; i < cameras_.size(); ++i)
      set(shapes[i].name, (*values)[i],
          stored_layout(cameras_[i].dims, cameras_[i].last ? std::vector<int>{1, 2, 3} : std::vector<int>{2, 3, 1}));
    return {};
  }

 private:
  struct Camera {
    Shape dims;
    bool last = false;  ///< channels
    PictureShape picture;
    PixelClues clues;
  };

  /// The batch, where it is fixed, becomes one.
  void fix_batch() {
    if (shape_[0] > 1) conversion_.batch = shape_[0];
    shape_[0] = 1;
  }

  /// Pictures become inputs when all are known: two of them are one frame of two cameras.
  Status note_camera(const PortDef& port, bool bytes) {
    PITLANE_TRY_STATUS(check_picture_dims(port));
    fix_batch();
    Camera camera;
    camera.dims = shape_;
    camera.last = channels_last(conversion_.model, port);
    camera.picture = camera.last ? guess_frames(shape_[1], shape_[2], shape_[3], options_.image.ages)
                                 : guess_frames(shape_[2], shape_[3], shape_[1], options_.image.ages);
    camera.picture.name = port.name;
    camera.clues.bytes = bytes;
    camera.clues.scales_itself = scales_itself(conversion_.model, port.name);
    camera.clues.by_pytorch = conversion_.model.producer == "pytorch";
    camera.clues.input = port.name;
    cameras_.push_back(std::move(camera));
    return {};
  }

  Status add_vector(const PortDef& port) {
    if (shape_.size() == 2) fix_batch();
    const std::int64_t size = shape_.back();
    if (size < 1 || size > 1024)
      return unsupported("input '" + port.name + "' has " + std::to_string(size) +
                         " numbers; a speed or a command has 1 to 1024");
    set(port.name, pitlane::add_vector(conversion_.builder, options_, port.name, size, assumed_),
        row_major_layout(shape_));
    return {};
  }

  void set(const std::string& name, ValueId value, Layout layout) {
    conversion_.inputs.insert(value);
    conversion_.operands[name] = real_operand(value, std::move(layout));
  }

  Conversion& conversion_;
  const ImportOptions& options_;
  Shape shape_;
  std::vector<Camera> cameras_;
  std::string assumed_;
};

// --- inputs that our own export describes

Layout noted_layout(const Shape& value, bool channels_first) {
  if (value.size() != 3) {
    Shape dims = value;
    dims.insert(dims.begin(), 1);
    return row_major_layout(dims);
  }
  if (channels_first) return stored_layout({1, value[2], value[0], value[1]}, {2, 3, 1});
  return stored_layout({1, value[0], value[1], value[2]}, {1, 2, 3});
}

Status check_port(const Conversion& conversion, const std::string& name, const Layout& layout) {
  for (const PortDef& port : conversion.model.inputs) {
    if (port.name != name) continue;
    if (port.dims && *port.dims == layout.dims()) return {};
    return corrupt("input '" + name + "' has not the shape " + braced(layout.dims()) + " that the metadata says");
  }
  return corrupt("the metadata describes the input '" + name + "', which the graph has not");
}

Status add_noted_input(Conversion& conversion, const InputNote& note) {
  const InputSpec& spec = note.spec;
  NetworkBuilder& builder = conversion.builder;
  ValueId value = -1;
  if (spec.kind == InputKind::kImage) {
    PITLANE_TRY_STATUS(validate(spec.preprocessing));
    value = builder.image(spec.name, spec.preprocessing, spec.ages);
  } else {
    std::int64_t size = 0;
    for (const PortDef& port : conversion.model.inputs)
      if (port.name == spec.name && port.dims && port.dims->size() == 2) size = port.dims->back();
    if (size < 1) return corrupt("input '" + spec.name + "' is no vector {1, n}");
    value = builder.vector(spec.name, spec.kind, size, spec.scale, spec.ages);
  }
  Layout layout = noted_layout(builder.shape(value), note.channels_first);
  PITLANE_TRY_STATUS(check_port(conversion, spec.name, layout));
  conversion.inputs.insert(value);
  conversion.operands[spec.name] = real_operand(value, std::move(layout));
  return {};
}

Status add_noted_state(Conversion& conversion, const StateNote& note) {
  for (const PortDef& port : conversion.model.inputs) {
    if (port.name != note.before) continue;
    if (!port.dims || port.dims->size() < 2 || std::ranges::any_of(*port.dims, [](std::int64_t d) { return d < 1; }) ||
        port.dims->front() != 1)
      return corrupt("state '" + note.name + "' has no fixed shape");
    Shape shape(port.dims->begin() + 1, port.dims->end());
    if (shape.size() == 3) shape = {shape[1], shape[2], shape[0]};
    const ValueId value = conversion.builder.state(note.name, shape);
    conversion.operands[note.before] = real_operand(value, noted_layout(shape, true));
    return {};
  }
  return corrupt("the metadata describes the state '" + note.name + "', whose input '" + note.before +
                 "' the graph has not");
}

// --- outputs

Result<const Operand*> output_operand(const Conversion& conversion, const std::string& name) {
  const auto found = conversion.operands.find(name);
  if (found == conversion.operands.end()) return corrupt("output '" + name + "' is never computed");
  const Operand& operand = found->second;
  if (operand.is_constant()) return unsupported("output '" + name + "' is a constant");
  if (operand.meaning != Meaning::kReal)
    return unsupported("output '" + name + "' is quantised; end the model with DequantizeLinear");
  if (operand.layout.size() > kMostOutputs)
    return unsupported("output '" + name + "' has " + std::to_string(operand.layout.size()) +
                       " numbers; a driving network makes at most " + std::to_string(kMostOutputs));
  return &operand;
}

/// What the graph ends with, on its grid if it has one.
Result<ValueId> output_value(Conversion& conversion, const Operand& operand) {
  if (!operand.grid) return operand.value;
  NodeDef node;
  node.name = "output";
  Step step(conversion, node);
  return read_on_grid(step, operand.value, *operand.grid);
}

Status remember_states(Conversion& conversion, const Notes& notes) {
  for (const StateNote& note : notes.states) {
    const auto after = conversion.operands.find(note.after);
    const auto before = conversion.operands.find(note.before);
    if (after == conversion.operands.end() || before == conversion.operands.end() || after->second.is_constant())
      return corrupt("state '" + note.name + "' is never computed");
    const Shape& shape = conversion.builder.shape(before->second.value);
    if (after->second.meaning != Meaning::kReal || !same_places(before->second.layout, after->second.layout))
      return unsupported("state '" + note.name + "' comes back in another order than it went in");
    NodeDef node;
    node.name = note.name;
    Step step(conversion, node);
    PITLANE_TRY(const ValueId value, step.shaped(after->second.value, shape));
    conversion.builder.remember(before->second.value, value);
  }
  return {};
}

Status add_noted_outputs(Conversion& conversion, const Notes& notes) {
  std::vector<OutputPlace> places;
  ImportOptions said;
  for (const OutputNote& note : notes.outputs) {
    PITLANE_TRY(const Operand* operand, output_operand(conversion, note.tensor));
    const std::vector<std::int32_t> order = storage_order(operand->layout);
    if (note.spec.element < 0 || static_cast<std::size_t>(note.spec.element) >= order.size())
      return corrupt("output '" + note.spec.name + "' is element " + std::to_string(note.spec.element) + " of '" +
                     note.tensor + "', which has " + std::to_string(order.size()));
    PITLANE_TRY(const ValueId value, output_value(conversion, *operand));
    places.push_back({note.spec.name, value, order[static_cast<std::size_t>(note.spec.element)]});
    said.outputs.push_back(note.spec);
  }
  PITLANE_TRY_STATUS(add_outputs(conversion.builder, said, places));
  return remember_states(conversion, notes);
}

}  // namespace

Status add_inputs(Conversion& conversion, const ImportOptions& options, const Notes* notes,
                  const std::set<std::string>& needed) {
  if (notes != nullptr) {
    for (const InputNote& note : notes->inputs) PITLANE_TRY_STATUS(add_noted_input(conversion, note));
    for (const StateNote& note : notes->states) PITLANE_TRY_STATUS(add_noted_state(conversion, note));
    return {};
  }
  Inputs inputs(conversion, options);
  const auto add_all = [&](bool pictures) -> Status {
    for (const PortDef& port : conversion.model.inputs)
      if (needed.contains(port.name) && (port.dims && port.dims->size() == 4) == pictures)
        PITLANE_TRY_STATUS(inputs.add(port));
    return {};
  };
  PITLANE_TRY_STATUS(add_all(true));
  PITLANE_TRY_STATUS(inputs.add_cameras());
  PITLANE_TRY_STATUS(add_all(false));
  inputs.write_assumed();
  return {};
}

Status add_graph_outputs(Conversion& conversion, const ImportOptions& options, const Notes* notes) {
  if (notes != nullptr) return add_noted_outputs(conversion, *notes);
  std::vector<OutputPlace> places;
  for (const PortDef& port : conversion.model.outputs) {
    PITLANE_TRY(const Operand* operand, output_operand(conversion, port.name));
    const std::vector<std::int32_t> order = storage_order(operand->layout);
    PITLANE_TRY(const ValueId value, output_value(conversion, *operand));
    for (std::size_t i = 0; i < order.size(); ++i)
      places.push_back({element_name(port.name, static_cast<std::int64_t>(i), static_cast<std::int64_t>(order.size())),
                        value, order[i]});
  }
  if (places.empty()) return corrupt("the graph has no output");
  if (static_cast<std::int64_t>(places.size()) > kMostOutputs)
    return unsupported("the graph has " + std::to_string(places.size()) + " outputs; a driving network makes at most " +
                       std::to_string(kMostOutputs));
  return add_outputs(conversion.builder, options, places);
}

}  // namespace pitlane::onnx
