// Which inputs of a Keras model are pictures, speeds or commands, and how its pixels were scaled.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

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

PictureShape picture_shape(const Shape& shape, const std::vector<int>& ages) {
  if (shape.size() == 4) return {shape[1], shape[2], static_cast<int>(shape[3]), static_cast<int>(shape[0])};
  return guess_frames(shape[0], shape[1], shape[2], ages);
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
    if (s.size() > 2 || (s.size() == 2 && s.back() != 1) || element_count(s) > kLongestVector)
      return unsupported(input.layer->who() + ": an input of " + to_string(s) +
                         " is neither a picture nor a vector of speeds or commands");
    const std::string name = free_name(input.layer->name);
    // A number at each of several times is a speed, and its name must say so.
    const auto said = options_.inputs.find(name);
    if (s.size() == 2 && said != options_.inputs.end() && said->second != InputKind::kSpeed)
      return invalid_argument("--input " + name + "=" + input_word(said->second) + ": a number at each of " +
                              std::to_string(s[0]) + " times is a speed; leave it out");
    const bool named = s.size() == 1 || said != options_.inputs.end() || guess_vector(name, s[0]) == InputKind::kSpeed;
    keep(input, pitlane::add_vector(builder_, options_, named ? name : name + "_speed", s[0], assumed_));
    return {};
  }

  Status add_pictures(const std::vector<const ModelInput*>& inputs, PixelScaling habit) {
    std::vector<PictureShape> shapes;
    for (const ModelInput* input : inputs) shapes.push_back(picture_shape(input->shape, options_.image.ages));
    const auto values = pitlane::add_pictures(builder_, options_, shapes, habit);
    if (!values.ok()) return values.error().in(inputs.front()->layer->who());
    for (std::size_t i = 0; i < inputs.size(); ++i) keep(*inputs[i], (*values)[i]);
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
  if (!pictures.empty()) {
    const ModelInput& first = *pictures.front();
    const PictureShape shape = picture_shape(first.shape, options.image.ages);
    const PixelClues clues{.scales_itself = scales_itself(model, first.layer->name),
                           .normalized = facts.normalized,
                           .input = first.layer->name};
    PITLANE_TRY_STATUS(writer.add_pictures(pictures, guess_pixels(clues, shape.height, shape.width)));
  }
  for (const ModelInput& input : inputs)
    if (!input.picture()) PITLANE_TRY_STATUS(writer.add_vector(input));
  return std::move(writer).finish();
}

}  // namespace pitlane::keras
