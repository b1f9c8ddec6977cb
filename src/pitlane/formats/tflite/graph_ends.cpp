#include "pitlane/formats/tflite/graph_ends.h"

#include <algorithm>
#include <cmath>

#include "pitlane/core/units.h"
#include "pitlane/network/limits.h"

namespace pitlane::tflite {
namespace {

using Code = tfl::BuiltinOperator;

Result<const Tensor*> end_of_graph(const Translation& t, int tensor, const std::string& name, const char* what) {
  const Tensor& found = t.file.tensors[static_cast<std::size_t>(tensor)];
  if (found.fault) return found.fault->in(std::string(what) + " '" + name + "'");
  return &found;
}

/// The operator that reads the tensor first, or null.
const Operator* first_reader(const Translation& t, int tensor) {
  const auto reads = [tensor](const Operator& op) { return std::ranges::count(op.inputs, tensor) > 0; };
  const auto found = std::ranges::find_if(t.file.operators, reads);
  return found == t.file.operators.end() ? nullptr : &*found;
}

/// Which normalisation covers this range of real numbers.
PixelScaling scaling_of_range(double low, double high) {
  if (high > 100) return PixelScaling::kNone;
  if (low < -1.5) return PixelScaling::kImageNet;
  if (low < -0.5) return PixelScaling::kSigned;
  return PixelScaling::kUnit;
}

std::optional<PixelScaling> scaling_of_grid(const Tensor& tensor) {
  const Result<std::optional<ActivationQuantization>> grid = activation_quantization(tensor);
  if (!grid.ok() || !*grid) return {};
  const ActivationQuantization& q = **grid;
  return scaling_of_range(static_cast<double>(q.scale) * -q.zero_point,
                          static_cast<double>(q.scale) * (255 - q.zero_point));
}

/// Does the network begin by bringing 0..255 into a small range?
bool scales_pixels(const Translation& t, const Operator& op) {
  const Constant* c = t.constant(op, 1);
  if (c == nullptr) return false;
  const Result<std::vector<float>> values = real_values(*c);
  if (!values.ok() || values->empty()) return false;
  float largest = 0;
  for (const float v : *values) largest = std::max(largest, std::abs(v));
  if (op.code == Code::MUL) return largest < 0.1F;
  return (op.code == Code::DIV || op.code == Code::SUB) && largest > 10;
}

/// What the file lets one see of how its pictures were normalised.
PixelScaling habit_of(const Translation& t, int tensor, const PictureShape& shape) {
  const Tensor& input = t.file.tensors[static_cast<std::size_t>(tensor)];
  if (const auto scaling = scaling_of_grid(input)) return *scaling;
  if (input.type == tfl::TensorType::UINT8) return PixelScaling::kNone;
  if (const Operator* reader = first_reader(t, tensor)) {
    const Tensor* made =
        reader->outputs.empty() ? nullptr : &t.file.tensors[static_cast<std::size_t>(reader->outputs[0])];
    if (reader->code == Code::QUANTIZE && made != nullptr && !made->fault)
      if (const auto scaling = scaling_of_grid(*made)) return *scaling;
    if (scales_pixels(t, *reader)) return PixelScaling::kNone;
  }
  // DeepLearningStudio's TensorFlow networks see albumentations' Normalize.
  return shape.width == 200 && shape.height == 66 ? PixelScaling::kImageNet : PixelScaling::kUnit;
}

bool picture_channels(std::int64_t channels) {
  return channels == 1 || channels == 3 || channels == 4 || (channels > 0 && channels <= 192 && channels % 3 == 0);
}

struct PictureInput {
  PictureShape shape;
  bool channels_first = false;
};

/// {1, H, W, C}, {1, C, H, W} of few channels, {1, T, H, W, C}.
std::optional<PictureInput> picture_of(const Shape& shape) {
  if ((shape.size() != 4 && shape.size() != 5) || shape[0] != 1) return {};
  PictureInput picture;
  const Shape last(shape.end() - 3, shape.end());
  picture.channels_first = shape.size() == 4 && (last[0] == 1 || last[0] == 3) && !picture_channels(last[2]);
  const std::int64_t channels = picture.channels_first ? last[0] : last[2];
  picture.shape.height = picture.channels_first ? last[1] : last[0];
  picture.shape.width = picture.channels_first ? last[2] : last[1];
  picture.shape.channels = static_cast<int>(std::min<std::int64_t>(channels, 1 << 20));
  if (shape.size() == 5) {
    if (shape[1] > 64) return {};
    picture.shape.frames = static_cast<int>(shape[1]);
  } else if (channels > 6 && picture_channels(channels)) {
    picture.shape.frames = picture.shape.channels / 3;  // frames stacked along channels
    picture.shape.channels = 3;
  }
  return picture;
}

Status add_picture_input(Translation& t, const ImportOptions& options, int tensor, const PictureInput& picture) {
  PITLANE_TRY(const ValueId value, add_picture(t.builder, options, picture.shape, habit_of(t, tensor, picture.shape)));
  const Shape& shape = t.file.tensors[static_cast<std::size_t>(tensor)].shape;
  Parts parts = {value};
  if (shape.size() == 5) {
    parts.clear();
    const Shape whole = t.builder.shape(value);
    for (std::int64_t frame = 0; frame < shape[1]; ++frame)
      parts.push_back(shape[1] == 1
                          ? value
                          : t.add("frame" + std::to_string(frame),
                                  Slice{{0, 0, frame * shape[4]}, {whole[0], whole[1], (frame + 1) * shape[4]}},
                                  {value}));
  }
  t.set_parts(tensor, parts);
  if (picture.channels_first) t.set_channels_first(tensor);
  return {};
}

bool says(const std::string& name, const char* word) {
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower.find(word) != std::string::npos;
}

Status add_vector_input(Translation& t, const ImportOptions& options, int tensor, const std::string& name) {
  const std::int64_t size = element_count(t.file.tensors[static_cast<std::size_t>(tensor)].shape);
  constexpr std::int64_t kMost = 4096;
  if (size > kMost)
    return unsupported("input '" + name + "' has " + std::to_string(size) + " numbers and is no picture");
  InputKind kind = size == 1 ? InputKind::kSpeed : InputKind::kCommand;
  if (says(name, "light")) kind = InputKind::kLight;
  const bool speeds = size > 1 && (says(name, "speed") || says(name, "velocity"));
  if (speeds) kind = InputKind::kSpeed;
  std::vector<int> ages;
  for (auto age = static_cast<int>(size) - 1; speeds && age >= 0; --age) ages.push_back(age);
  if (kind == InputKind::kSpeed && !options.speed_scale) t.note("input '" + name + "' is the speed in km/h over 30");
  if (kind == InputKind::kCommand) t.note("input '" + name + "' is the high-level command, one-hot");
  t.set_parts(tensor, {t.builder.vector(name, kind, size, options.speed_scale.value_or(kKmhOver30), ages)});
  return {};
}

void quantize_parts(Translation& t, int tensor, const std::optional<ActivationQuantization>& grid) {
  if (!grid) return;
  for (const ValueId part : *t.find_parts(tensor)) t.quantize(part, *grid);
}

Status add_known_input(Translation& t, const InputSpec& spec, int tensor) {
  const Tensor& found = t.file.tensors[static_cast<std::size_t>(tensor)];
  ValueId value = -1;
  if (spec.kind == InputKind::kImage) {
    PITLANE_TRY_STATUS(validate(spec.preprocessing));
    value = t.builder.image(spec.name, spec.preprocessing, spec.ages);
  } else {
    value = t.builder.vector(spec.name, spec.kind, element_count(found.shape), spec.scale, spec.ages);
  }
  if (element_count(t.builder.shape(value)) != element_count(found.shape))
    return corrupt("input '" + spec.name + "' is " + to_string(found.shape) + " in the graph and " +
                   to_string(t.builder.shape(value)) + " in the metadata");
  t.set_parts(tensor, {value});
  return {};
}

Status add_known_inputs(Translation& t, const Meaning& meaning) {
  for (const InputSpec& spec : meaning.inputs)
    PITLANE_TRY_STATUS(add_known_input(t, spec, t.file.inputs[static_cast<std::size_t>(spec.value)]));
  for (std::size_t i = 0; i < meaning.states.size(); ++i) {
    const int tensor = t.file.inputs[static_cast<std::size_t>(meaning.states[i].before)];
    const Tensor& found = t.file.tensors[static_cast<std::size_t>(tensor)];
    if (element_count(meaning.state_shapes[i]) != element_count(found.shape))
      return corrupt("state '" + meaning.states[i].name + "' is " + to_string(found.shape) + " in the graph and " +
                     to_string(meaning.state_shapes[i]) + " in the metadata");
    t.set_parts(tensor, {t.builder.state(meaning.states[i].name, meaning.state_shapes[i])});
  }
  return {};
}

Status add_guessed_inputs(Translation& t, const ImportOptions& options) {
  int pictures = 0;
  for (std::size_t i = 0; i < t.file.inputs.size(); ++i) {
    const int tensor = t.file.inputs[i];
    const Shape& shape = t.file.tensors[static_cast<std::size_t>(tensor)].shape;
    if (const auto picture = picture_of(shape)) {
      if (++pictures > 1) return unsupported("the graph reads two pictures; networks of one camera input are read");
      PITLANE_TRY_STATUS(add_picture_input(t, options, tensor, *picture));
    } else if (!shape.empty() && element_count(shape) == shape.back()) {
      PITLANE_TRY_STATUS(add_vector_input(t, options, tensor, t.file.input_names[i]));
    } else {
      return unsupported("input '" + t.file.input_names[i] + "' of " + to_string(shape) +
                         " is neither a picture nor a vector, in a batch of one");
    }
  }
  return {};
}

/// donkeycar's linear networks: n_outputs0 is the angle, n_outputs1 the throttle, as the car takes them.
bool is_donkeycar(const std::vector<OutputPlace>& places) {
  return places.size() == 2 && says(places[0].name, "n_outputs0") && says(places[1].name, "n_outputs1");
}

Result<std::vector<OutputPlace>> output_places(Translation& t) {
  std::vector<OutputPlace> places;
  for (std::size_t i = 0; i < t.file.outputs.size(); ++i) {
    const std::string& name = t.file.output_names[i];
    const Parts* parts = t.find_parts(t.file.outputs[i]);
    const Shape& shape = t.file.tensors[static_cast<std::size_t>(t.file.outputs[i])].shape;
    if (element_count(shape) > static_cast<std::int64_t>(kMostEnds))
      return unsupported("output '" + name + "' of " + to_string(shape) + " is no vector of driving numbers");
    const bool only = element_count(shape) == 1;
    int number = 0;
    for (const ValueId part : *parts)
      for (int element = 0; element < element_count(t.builder.shape(part)); ++element)
        places.push_back({only ? name : name + "_" + std::to_string(number++), part, element});
    if (places.size() > kMostEnds)
      return unsupported("its outputs have more than " + std::to_string(kMostEnds) + " numbers together");
  }
  return places;
}

/// Names are unique in a network, in a file they need not be.
void make_unique(std::vector<OutputPlace>& places) {
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (places[j].name == places[i].name) places[i].name += "#" + std::to_string(i);
}

Status add_guessed_outputs(Translation& t, const ImportOptions& options) {
  PITLANE_TRY(std::vector<OutputPlace> places, output_places(t));
  make_unique(places);
  if (!options.outputs.empty() || !is_donkeycar(places)) return add_outputs(t.builder, options, places);
  ImportOptions named = options;
  // The network computes what the car takes: the range 0..1 leaves numbers as they are.
  named.outputs = {{"steering", "1", 0, 1, -1, 0}, {"throttle", "1", 0, 1, -1, 0}};
  t.note("the outputs are donkeycar's angle and throttle");
  return add_outputs(t.builder, named, places);
}

Status add_known_outputs(Translation& t, const Meaning& meaning) {
  const auto value_of = [&](int output) -> Result<ValueId> {
    const Parts& parts = *t.find_parts(t.file.outputs[static_cast<std::size_t>(output)]);
    return t.flat(parts);
  };
  for (OutputSpec spec : meaning.outputs) {
    PITLANE_TRY(spec.value, value_of(spec.value));
    t.builder.output(spec);
  }
  for (std::size_t i = 0; i < meaning.states.size(); ++i) {
    const Parts& parts = *t.find_parts(t.file.outputs[static_cast<std::size_t>(meaning.states[i].after)]);
    auto after = t.reshaped(parts, meaning.state_shapes[i]);
    if (!after.ok()) return after.error().in("state '" + meaning.states[i].name + "'");
    if (after->size() != 1) return corrupt("state '" + meaning.states[i].name + "' changes its shape");
    const int tensor = t.file.inputs[static_cast<std::size_t>(meaning.states[i].before)];
    t.builder.remember(t.find_parts(tensor)->front(), after->front());
  }
  return {};
}

}  // namespace

Status add_inputs(Translation& t, const ImportOptions& options, const std::optional<Meaning>& meaning) {
  for (std::size_t i = 0; i < t.file.inputs.size(); ++i) {
    PITLANE_TRY(const Tensor* tensor, end_of_graph(t, t.file.inputs[i], t.file.input_names[i], "input"));
    if (tensor->constant || tensor->type == tfl::TensorType::STRING)
      return unsupported("input '" + t.file.input_names[i] + "' is no flow of numbers");
    if (tensor->type == tfl::TensorType::INT8 && !tensor->quantization.any())
      return corrupt("input '" + t.file.input_names[i] + "' has bytes and no scale");
    if (std::ranges::count(t.file.inputs, t.file.inputs[i]) > 1)
      return corrupt("input '" + t.file.input_names[i] + "' is named twice");
  }
  if (meaning) {
    PITLANE_TRY_STATUS(add_known_inputs(t, *meaning));
  } else {
    PITLANE_TRY_STATUS(add_guessed_inputs(t, options));
  }
  for (const int tensor : t.file.inputs) {
    PITLANE_TRY(const auto grid, activation_quantization(t.file.tensors[static_cast<std::size_t>(tensor)]));
    quantize_parts(t, tensor, grid);
  }
  return t.status();
}

Status add_graph_outputs(Translation& t, const ImportOptions& options, const std::optional<Meaning>& meaning) {
  for (std::size_t i = 0; i < t.file.outputs.size(); ++i) {
    PITLANE_TRY(const Tensor* tensor, end_of_graph(t, t.file.outputs[i], t.file.output_names[i], "output"));
    if (t.find_parts(t.file.outputs[i]) == nullptr)
      return corrupt("output '" + t.file.output_names[i] + "' (tensor '" + tensor->name + "') is never computed");
    if (t.is_channels_first(t.file.outputs[i]))
      return unsupported("output '" + t.file.output_names[i] + "' is laid out channels first");
    if (t.find_blocks(t.file.outputs[i]) != nullptr)
      return unsupported("output '" + t.file.output_names[i] +
                         "' is a picture that SPACE_TO_BATCH_ND tore into batches");
  }
  return meaning ? add_known_outputs(t, *meaning) : add_guessed_outputs(t, options);
}

}  // namespace pitlane::tflite
