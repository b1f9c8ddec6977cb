// TimeDistributed: the layer inside, frame by frame, with the same weights.
#include <array>
#include <nlohmann/json.hpp>

#include "pitlane/formats/keras/readers.h"

namespace pitlane::keras {
namespace {

/// Layers that do the same to a row of a picture as to the picture.
bool works_on_elements(const std::string& class_name) {
  constexpr std::array kNames = {"Dense",   "Activation",    "ReLU",         "LeakyReLU",       "ELU",    "Softmax",
                                 "Dropout", "GaussianNoise", "AlphaDropout", "GaussianDropout", "Lambda", "Rescaling"};
  for (const char* name : kNames)
    if (class_name == name) return true;
  return false;
}

Layer inner_layer(Layer& outer, const std::string& class_name, const Settings& settings, std::string name,
                  bool first_use) {
  return {outer.builder, class_name,    settings,     outer.key,  std::move(name),
          outer.version, outer.options, outer.arrays, outer.made, first_use};
}

}  // namespace

Result<Tensor> read_time_distributed(Layer& layer, Inputs& inputs) {
  Tensor& input = inputs.front();
  const nlohmann::json* inner = layer.settings.find({"layer"});
  if (inner == nullptr || !inner->is_object() || !inner->contains("class_name") ||
      !(*inner)["class_name"].is_string() || !inner->contains("config") || !(*inner)["config"].is_object())
    return layer.settings.bad("holds no layer");
  const std::string kind = (*inner)["class_name"].get<std::string>();
  const Settings settings((*inner)["config"], layer.settings.who() + " of " + kind);
  const Reader reader = kind == "TimeDistributed" || kind == "InputLayer" ? nullptr : find_reader(kind);
  if (reader == nullptr)
    return settings.cannot("this layer is not supported within TimeDistributed; build the model without it");
  if (input.shape.size() < 2) return layer.settings.bad("needs a sequence, reads " + to_string(input.shape));
  if (input.shape.size() == 3) {  // rows in place of frames
    if (kind == "Flatten")
      return from_flat(layer.builder, layer.name, {input.shape[0], input.shape[1] * input.shape[2]},
                       flat(layer.builder, input, layer.name));
    if (!works_on_elements(kind))
      return settings.cannot("over the rows of " + to_string(input.shape) + " is not supported");
    Layer all = inner_layer(layer, kind, settings, layer.name, layer.first_use);
    return reader(all, inputs);
  }
  const std::vector<ValueId> steps = frames(layer.builder, input);
  std::vector<ValueId> made;
  Shape shape;
  for (const ValueId step : steps) {
    const std::string name = frame_name(layer.name, made.size(), steps.size());
    Layer one = inner_layer(layer, kind, settings, name, layer.first_use && made.empty());
    Inputs frame = {whole(name, input.frame(), step)};
    PITLANE_TRY(Tensor output, reader(one, frame));
    if (output.timed()) return settings.cannot("makes a sequence within a sequence, which is not supported");
    shape = output.shape;
    made.push_back(stacked(layer.builder, output));
  }
  return of_frames(layer.name, shape, std::move(made));
}

}  // namespace pitlane::keras
