// Which inputs of a Keras model are pictures, speeds or commands, and how its pixels were scaled.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "pitlane/core/units.h"
#include "pitlane/formats/keras/graph.h"
#include "pitlane/formats/keras/settings.h"

namespace pitlane::keras {
namespace {

constexpr std::int64_t kLongestVector = 4096;

struct ModelInput {
  const LayerConfig* layer;
  Shape shape;

  [[nodiscard]] bool picture() const { return shape.size() >= 3; }
};

const LayerConfig* find_layer(const ModelConfig& model, const std::string& name) {
  const auto found = std::ranges::find(model.layers, name, &LayerConfig::name);
  return found == model.layers.end() ? nullptr : &*found;
}

bool reads(const LayerConfig& layer, const std::string& name) {
  return std::ranges::any_of(layer.calls, [&](const std::vector<TensorRef>& call) {
    return std::ranges::any_of(call, [&](const TensorRef& ref) { return ref.layer == name; });
  });
}

/// Does the first layer behind this input that computes anything scale it?
bool scales_itself(const ModelConfig& model, std::string name) {
  constexpr std::array kMoving = {"Cropping2D", "ZeroPadding2D", "Reshape", "Permute", "Dropout", "GaussianNoise"};
  constexpr std::array kScaling = {"Rescaling", "Normalization", "Lambda"};
  const auto is_one_of = [](const auto& names, const std::string& kind) {
    return std::ranges::any_of(names, [&](const char* n) { return kind == n; });
  };
  std::set<std::string> seen;
  while (seen.insert(name).second) {
    const auto next = std::ranges::find_if(model.layers, [&](const LayerConfig& l) { return reads(l, name); });
    if (next == model.layers.end()) return false;
    if (is_one_of(kScaling, inner_class(*next))) return true;
    if (!is_one_of(kMoving, inner_class(*next))) return false;
    name = next->name;
  }
  return false;
}

/// See docs/formats/keras.md.
PixelScaling habit_of(const ModelConfig& model, const FileFacts& facts, const std::string& input) {
  if (scales_itself(model, input)) return PixelScaling::kNone;
  if (facts.normalized) return *facts.normalized ? PixelScaling::kImageNet : PixelScaling::kNone;
  if (input == "img_in") return PixelScaling::kUnit;  // donkeycar
  return PixelScaling::kImageNet;
}

PictureShape picture_shape(const Shape& shape) {
  if (shape.size() == 4) return {shape[1], shape[2], static_cast<int>(shape[3]), static_cast<int>(shape[0])};
  // Colour frames that were stacked before they came to Keras; six channels are taken for two cameras.
  if (shape[2] > 6 && shape[2] % 3 == 0) return {shape[0], shape[1], 3, static_cast<int>(shape[2] / 3)};
  return {shape[0], shape[1], static_cast<int>(shape[2]), 1};
}

Result<std::vector<ModelInput>> find_inputs(const ModelConfig& model) {
  std::vector<ModelInput> inputs;
  for (const TensorRef& ref : model.inputs) {
    const LayerConfig* layer = find_layer(model, ref.layer);
    if (layer == nullptr || layer->class_name != "InputLayer")
      return corrupt("the model's input '" + ref.layer + "' is no InputLayer");
    if (std::ranges::any_of(inputs, [&](const ModelInput& i) { return i.layer == layer; }))
      return corrupt(layer->who() + " is named twice among the model's inputs");
    PITLANE_TRY(std::optional<Shape> shape, input_shape(*layer));
    if (!shape) return corrupt(layer->who() + ": nothing says its size; save the model again");
    if (const Status status = check_shape(*shape); !status.ok()) return status.error().in(layer->who());
    inputs.push_back({layer, *std::move(shape)});
  }
  return inputs;
}

class InputWriter {
 public:
  InputWriter(NetworkBuilder& builder, const ImportOptions& options) : builder_(builder), options_(options) {}

  Status add_vector(const ModelInput& input) {
    const Shape& s = input.shape;
    const bool speeds = s.back() == 1 || (s.size() == 1 && input.layer->name.find("speed") != std::string::npos);
    if (s.size() > 2 || (s.size() == 2 && !speeds) || element_count(s) > kLongestVector)
      return unsupported(input.layer->who() + ": an input of " + to_string(s) +
                         " is neither a picture nor a vector of speeds or commands");
    const std::string name = free_name(input.layer->name);
    if (!speeds) {
      const InputKind kind = name.find("light") != std::string::npos ? InputKind::kLight : InputKind::kCommand;
      assume("'" + name + "' is a one-hot " + (kind == InputKind::kLight ? "traffic light" : "command"));
      keep(input, builder_.vector(name, kind, s[0]));
      return {};
    }
    const float scale = options_.speed_scale.value_or(kKmhOver30);
    assume("'" + name + "' is the speed" + (options_.speed_scale ? "" : " in km/h over 30"));
    keep(input, builder_.vector(name, InputKind::kSpeed, s[0], scale, speed_ages(static_cast<std::size_t>(s[0]))));
    return {};
  }

  Status add_picture(const ModelInput& input, PixelScaling habit) {
    const Result<ValueId> value = pitlane::add_picture(builder_, options_, picture_shape(input.shape), habit);
    if (!value.ok()) return value.error().in(input.layer->who());
    keep(input, *value);
    return {};
  }

  /// Two colour cameras are two inputs of Keras and one value here, from which each gets its part.
  Status add_two_cameras(const ModelInput& first, const ModelInput& second, PixelScaling habit) {
    PictureShape shape = picture_shape(first.shape);
    if (first.shape != second.shape || shape.channels != 3)
      return unsupported("the model reads two pictures, " + to_string(first.shape) + " and " + to_string(second.shape) +
                         "; two colour pictures of one size are supported");
    shape.channels = 6;
    PITLANE_TRY(const ValueId both, pitlane::add_picture(builder_, options_, shape, habit));
    for (const auto& [input, camera] : {std::pair(&first, 0), std::pair(&second, 1)}) {
      std::vector<ValueId> frames;
      for (int frame = 0; frame < shape.frames; ++frame) {
        Shape begin = {0, 0, (2 * std::int64_t{frame} + camera) * 3}, end = builder_.shape(both);
        end[2] = begin[2] + 3;
        frames.push_back(builder_.add(input->layer->name + "." + std::to_string(frame),
                                      Slice{std::move(begin), std::move(end)}, {both}));
      }
      tensors_[input->layer->name] = Tensor{input->layer->name, input->shape, -1, std::move(frames)};
    }
    return {};
  }

  std::map<std::string, Tensor> finish() && {
    if (!assumed_.empty()) builder_.metadata("assumed of the inputs", assumed_);
    return std::move(tensors_);
  }

 private:
  /// add_picture takes some names for itself.
  static std::string free_name(const std::string& name) {
    return name == "camera" || name == "camera2" || name == "speed" ? name + "_input" : name;
  }
  /// Those of the frames where there are as many, else the newest, oldest first.
  [[nodiscard]] std::vector<int> speed_ages(std::size_t count) const {
    if (count == 1) return {};
    if (options_.image.ages.size() == count) return options_.image.ages;
    std::vector<int> ages(count);
    std::iota(ages.rbegin(), ages.rend(), 0);
    return ages;
  }
  void assume(const std::string& what) { assumed_ += (assumed_.empty() ? "" : "; ") + what; }
  void keep(const ModelInput& input, ValueId value) {
    tensors_[input.layer->name] = whole(input.layer->name, input.shape, value);
  }

  NetworkBuilder& builder_;
  const ImportOptions& options_;
  std::string assumed_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace

std::string inner_class(const LayerConfig& layer) {
  if (layer.class_name != "TimeDistributed") return layer.class_name;
  const auto inner = layer.config.find("layer");
  if (inner == layer.config.end() || !inner->is_object()) return layer.class_name;
  const auto name = inner->find("class_name");
  return name != inner->end() && name->is_string() ? name->get<std::string>() : layer.class_name;
}

Result<std::map<std::string, Tensor>> add_inputs(NetworkBuilder& builder, const ModelConfig& model,
                                                 const FileFacts& facts, const ImportOptions& options) {
  PITLANE_TRY(const std::vector<ModelInput> inputs, find_inputs(model));
  std::vector<const ModelInput*> pictures;
  for (const ModelInput& input : inputs)
    if (input.picture()) pictures.push_back(&input);
  InputWriter writer(builder, options);
  if (pictures.size() > 2)
    return unsupported("the model reads " + std::to_string(pictures.size()) + " pictures; one or two are supported");
  if (!pictures.empty()) {
    const PixelScaling habit = habit_of(model, facts, pictures.front()->layer->name);
    PITLANE_TRY_STATUS(pictures.size() == 1 ? writer.add_picture(*pictures[0], habit)
                                            : writer.add_two_cameras(*pictures[0], *pictures[1], habit));
  }
  for (const ModelInput& input : inputs)
    if (!input.picture()) PITLANE_TRY_STATUS(writer.add_vector(input));
  return std::move(writer).finish();
}

}  // namespace pitlane::keras
