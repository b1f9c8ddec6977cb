#include "pitlane/formats/tflite/graph_ends.h"

#include <algorithm>
#include <cmath>

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

/// Of the real numbers that a quantised tensor can hold.
std::optional<std::pair<double, double>> range_of_grid(const Tensor& tensor) {
  const Result<std::optional<ActivationQuantization>> grid = activation_quantization(tensor);
  if (!grid.ok() || !*grid) return {};
  const ActivationQuantization& q = **grid;
  return std::pair(static_cast<double>(q.scale) * -q.zero_point, static_cast<double>(q.scale) * (255 - q.zero_point));
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
PixelClues clues_of(const Translation& t, int tensor, const std::string& name) {
  const Tensor& input = t.file.tensors[static_cast<std::size_t>(tensor)];
  PixelClues clues;
  clues.input = name;
  clues.range = range_of_grid(input);
  clues.bytes = input.type == tfl::TensorType::UINT8;
  const Operator* reader = first_reader(t, tensor);
  if (reader == nullptr || clues.range || clues.bytes) return clues;
  const Tensor* made =
      reader->outputs.empty() ? nullptr : &t.file.tensors[static_cast<std::size_t>(reader->outputs[0])];
  if (reader->code == Code::QUANTIZE && made != nullptr && !made->fault) clues.range = range_of_grid(*made);
  clues.scales_itself = scales_pixels(t, *reader);
  return clues;
}

bool picture_channels(std::int64_t channels) {
  return channels == 1 || channels == 3 || channels == 4 || (channels > 0 && channels <= 192 && channels % 3 == 0);
}

struct PictureInput {
  PictureShape shape;
  bool channels_first = false;
};

/// {1, H, W, C}, {1, C, H, W} of few channels, {1, T, H, W, C}.
std::optional<PictureInput> picture_of(const Shape& shape, const std::vector<int>& ages) {
  if ((shape.size() != 4 && shape.size() != 5) || shape[0] != 1) return {};
  PictureInput picture;
  const Shape last(shape.end() - 3, shape.end());
  picture.channels_first = shape.size() == 4 && (last[0] == 1 || last[0] == 3) && !picture_channels(last[2]);
  const std::int64_t channels = picture.channels_first ? last[0] : last[2];
  picture.shape = picture.channels_first ? guess_frames(last[1], last[2], channels, ages)
                                         : guess_frames(last[0], last[1], channels, ages);
  if (shape.size() == 5) {
    if (shape[1] > 64) return {};
    picture.shape.frames = static_cast<int>(shape[1]);
    picture.shape.channels = static_cast<int>(std::min<std::int64_t>(channels, 1 << 20));
  }
  return picture;
}

void set_picture(Translation& t, int tensor, const PictureInput& picture, ValueId value, const std::string& name) {
  const Shape& shape = t.file.tensors[static_cast<std::size_t>(tensor)].shape;
  Parts parts = {value};
  if (shape.size() == 5) {
    parts.clear();
    const Shape whole = t.builder.shape(value);
    for (std::int64_t frame = 0; frame < shape[1]; ++frame)
      parts.push_back(shape[1] == 1
                          ? value
                          : t.add(name + std::to_string(frame),
                                  Slice{{0, 0, frame * shape[4]}, {whole[0], whole[1], (frame + 1) * shape[4]}},
                                  {value}));
  }
  t.set_parts(tensor, parts);
  if (picture.channels_first) t.set_channels_first(tensor);
}

Status add_vector_input(Translation& t, const ImportOptions& options, int tensor, const std::string& name,
                        std::string& assumed) {
  const std::int64_t size = element_count(t.file.tensors[static_cast<std::size_t>(tensor)].shape);
  constexpr std::int64_t kMost = 4096;
  if (size > kMost)
    return unsupported("input '" + name + "' has " + std::to_string(size) + " numbers and is no picture");
  t.set_parts(tensor, {add_vector(t.builder, options, name, size, assumed)});
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

Status add_guessed_pictures(Translation& t, const ImportOptions& options,
                            const std::vector<std::pair<std::size_t, PictureInput>>& pictures) {
  if (pictures.empty()) return {};
  std::vector<PictureShape> shapes;
  for (const auto& [input, picture] : pictures) shapes.push_back(picture.shape);
  const std::size_t first = pictures[0].first;
  PixelClues clues = clues_of(t, t.file.inputs[first], t.file.input_names[first]);
  clues.by_pytorch = pictures[0].second.channels_first;
  const PixelScaling habit = guess_pixels(clues, shapes[0].height, shapes[0].width);
  PITLANE_TRY(const std::vector<ValueId> values, add_pictures(t.builder, options, shapes, habit));
  for (std::size_t i = 0; i < pictures.size(); ++i)
    set_picture(t, t.file.inputs[pictures[i].first], pictures[i].second, values[i], i == 0 ? "frame" : "second");
  return {};
}

Status add_guessed_inputs(Translation& t, const ImportOptions& options) {
  std::vector<std::pair<std::size_t, PictureInput>> pictures;
  std::vector<std::size_t> vectors;
  std::string assumed;
  for (std::size_t i = 0; i < t.file.inputs.size(); ++i) {
    const int tensor = t.file.inputs[i];
    const Shape& shape = t.file.tensors[static_cast<std::size_t>(tensor)].shape;
    if (const auto picture = picture_of(shape, options.image.ages)) {
      pictures.emplace_back(i, *picture);
    } else if (!shape.empty() && element_count(shape) == shape.back()) {
      vectors.push_back(i);
    } else {
      return unsupported("input '" + t.file.input_names[i] + "' of " + to_string(shape) +
                         " is neither a picture nor a vector, in a batch of one");
    }
  }
  PITLANE_TRY_STATUS(add_guessed_pictures(t, options, pictures));
  for (const std::size_t i : vectors)
    PITLANE_TRY_STATUS(add_vector_input(t, options, t.file.inputs[i], t.file.input_names[i], assumed));
  if (!assumed.empty()) t.builder.metadata("assumed of the inputs", assumed);
  return {};
}

Result<std::vector<OutputPlace>> output_places(Translation& t) {
  std::vector<OutputPlace> places;
  for (std::size_t i = 0; i < t.file.outputs.size(); ++i) {
    const std::string& name = t.file.output_names[i];
    const Parts* parts = t.find_parts(t.file.outputs[i]);
    const Shape& shape = t.file.tensors[static_cast<std::size_t>(t.file.outputs[i])].shape;
    if (element_count(shape) > static_cast<std::int64_t>(kMostEnds))
      return unsupported("output '" + name + "' of " + to_string(shape) + " is no vector of driving numbers");
    std::int64_t number = 0;
    for (const ValueId part : *parts)
      for (int element = 0; element < element_count(t.builder.shape(part)); ++element)
        places.push_back({element_name(name, number++, element_count(shape)), part, element});
    if (places.size() > kMostEnds)
      return unsupported("its outputs have more than " + std::to_string(kMostEnds) + " numbers together");
  }
  return places;
}

Status add_guessed_outputs(Translation& t, const ImportOptions& options) {
  PITLANE_TRY(const std::vector<OutputPlace> places, output_places(t));
  return add_outputs(t.builder, options, places);
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
