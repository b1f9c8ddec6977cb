#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "pitlane/formats/pytorch/architecture.h"
#include "pitlane/formats/pytorch/layer_builder.h"
#include "pitlane/formats/pytorch/weight_source.h"

namespace pitlane {
namespace {

using Sources = std::vector<std::vector<std::string>>;

bool has_usual_alpha(const Layer& layer) { return !layer.alpha || *layer.alpha == usual_alpha(layer.activation); }

class Assembly {
 public:
  Assembly(const Architecture& architecture, const StateDict& dict, const ImportOptions& options)
      : architecture_(architecture),
        options_(options),
        builder_(architecture.name),
        weights_(dict, builder_),
        layers_(builder_, weights_) {}

  Result<Network> run() {
    PITLANE_TRY_STATUS(resolve_sources());
    for (const ArchitectureInput& input : architecture_.inputs) PITLANE_TRY_STATUS(add_input(input));
    for (std::size_t i = 0; i < architecture_.layers.size(); ++i)
      if (const Status status = add_layer(i); !status.ok()) return status.error().in(place(architecture_.layers[i]));
    PITLANE_TRY_STATUS(weights_.check_all_read(architecture_.unused));
    PITLANE_TRY_STATUS(add_outputs_of_layers());
    write_metadata();
    return std::move(builder_).build();
  }

 private:
  std::string place(const Layer& layer) const {
    const std::string line =
        architecture_.origin.empty() ? "" : architecture_.origin + ":" + std::to_string(layer.line) + ": ";
    return line + "layer '" + layer.name + "' (" + to_string(layer.kind) + ")";
  }

  /// Who reads whom, by name; and that each name stands once, before it is read.
  Status resolve_sources() {
    std::set<std::string> known;
    if (architecture_.inputs.empty() || architecture_.layers.empty())
      return invalid_argument("an architecture needs an input and a layer");
    for (const ArchitectureInput& input : architecture_.inputs)
      if (!known.insert(input.name).second) return invalid_argument("two inputs have the name '" + input.name + "'");
    std::string before = architecture_.inputs[0].name;
    for (const Layer& layer : architecture_.layers) {
      sources_.push_back(layer.from.empty() ? std::vector{before} : layer.from);
      for (const std::string& source : sources_.back()) {
        if (!known.contains(source))
          return invalid_argument(place(layer) + ": it reads '" + source + "', which no input or layer before it is");
        ++readers_[source];
      }
      if (!known.insert(layer.name).second) return invalid_argument(place(layer) + ": another has that name");
      before = layer.name;
    }
    for (const std::string& output : outputs()) {
      if (!known.contains(output)) return invalid_argument("the output '" + output + "' is no layer");
      ++readers_[output];
    }
    return {};
  }

  [[nodiscard]] std::vector<std::string> outputs() const {
    if (!architecture_.outputs.empty()) return architecture_.outputs;
    return {architecture_.layers.back().name};
  }

  Status add_input(const ArchitectureInput& input) {
    if (input.kind == InputKind::kImage) {
      PITLANE_TRY(flows_[input.name].value, add_picture(builder_, options_, input.picture, PixelScaling::kUnit));
      return {};
    }
    const float scale = input.kind == InputKind::kSpeed ? options_.speed_scale.value_or(input.scale) : 1;
    const ValueId value = builder_.vector(input.name, input.kind, input.size, scale);
    flows_[input.name] = {value, FeatureOrder::of_numbers(input.size)};
    return {};
  }

  /// The activation that alone reads layer `index`, right behind it.
  [[nodiscard]] Activation fused_into(std::size_t index) const {
    const Layer& layer = architecture_.layers[index];
    const bool fuses = layer.kind == LayerKind::kConv || layer.kind == LayerKind::kLinear;
    if (!fuses || index + 1 == architecture_.layers.size() || readers_.at(layer.name) != 1) return Activation::kNone;
    const Layer& next = architecture_.layers[index + 1];
    const bool reads = sources_[index + 1] == std::vector{layer.name};
    return reads && next.kind == LayerKind::kActivation && has_usual_alpha(next) ? next.activation : Activation::kNone;
  }

  Status add_layer(std::size_t index) {
    const Layer& layer = architecture_.layers[index];
    std::vector<Flow> inputs;
    for (const std::string& source : sources_[index]) inputs.push_back(flows_.at(source));
    if (index > 0 && fused_) {
      fused_ = false;
      flows_[layer.name] = inputs[0];
      return {};
    }
    if (!readers_.contains(layer.name)) return invalid_argument("nothing reads it");
    const Activation fused = fused_into(index);
    fused_ = fused != Activation::kNone;
    PITLANE_TRY(flows_[layer.name], layers_.add(layer, inputs, fused));
    return {};
  }

  Status add_outputs_of_layers() {
    std::vector<OutputPlace> places;
    for (const std::string& name : outputs()) {
      const Flow& flow = flows_.at(name);
      const Shape& shape = builder_.shape(flow.value);
      if (shape.size() != 1)
        return invalid_argument("the output '" + name + "' is a picture of " + to_string(shape) + ", needs a vector");
      const std::vector<std::int64_t> torch = flow.order.torch_indices();
      for (std::int64_t i = 0; i < shape[0]; ++i) {
        const auto element = std::find(torch.begin(), torch.end(), i) - torch.begin();
        places.push_back({shape[0] == 1 ? name : name + std::to_string(i), flow.value, static_cast<int>(element)});
        if (places.size() > kMostOutputs) return unsupported("the network has more than 1000 outputs");
      }
    }
    ImportOptions options = options_;
    if (options.outputs.empty() && architecture_.meanings.size() == places.size())
      options.outputs = architecture_.meanings;
    return pitlane::add_outputs(builder_, options, places);
  }

  void write_metadata() {
    std::string notes;
    for (const std::string& note : architecture_.notes) notes += (notes.empty() ? "" : "; ") + note;
    if (!notes.empty()) builder_.metadata("assumed of the network", notes);
    builder_.metadata("architecture", architecture_.name);
  }

  static constexpr std::size_t kMostOutputs = 1000;
  const Architecture& architecture_;
  const ImportOptions& options_;
  NetworkBuilder builder_;
  WeightSource weights_;
  LayerBuilder layers_;
  Sources sources_;
  std::map<std::string, int> readers_;
  std::map<std::string, Flow> flows_;
  bool fused_ = false;
};

}  // namespace

const char* to_string(LayerKind kind) {
  static constexpr std::array kNames = {
      "conv",   "batch_norm", "activation", "softmax", "clamp", "max_pool", "avg_pool", "global_avg_pool", "flatten",
      "linear", "embedding",  "dropout",    "concat",  "add",   "multiply", "lstm",     "conv_lstm"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Network> build_network(const Architecture& architecture, const StateDict& weights,
                              const ImportOptions& options) {
  return Assembly(architecture, weights, options).run();
}

}  // namespace pitlane
