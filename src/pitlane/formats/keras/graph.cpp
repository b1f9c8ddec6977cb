#include "pitlane/formats/keras/graph.h"

#include <algorithm>

#include "pitlane/formats/keras/layer.h"

namespace pitlane::keras {
namespace {

/// A sequence that is written out step by step must not fill the memory from a small file.
constexpr ValueId kMostValues = 200'000;
constexpr std::int64_t kMostOutputs = 4096;

class Graph {
 public:
  Graph(NetworkBuilder& builder, const ModelConfig& model, LayerArrays& arrays, const ImportOptions& options)
      : builder_(builder), model_(model), arrays_(arrays), options_(options) {
    for (const LayerConfig& layer : model.layers) layers_[layer.name] = &layer;
  }

  void start(const std::map<std::string, Tensor>& inputs) {
    for (const auto& [name, tensor] : inputs) {
      tensors_[{name, 0}] = tensor;
      done_[{name, 0}] = true;
    }
  }

  /// Reads all layers that the tensor needs, without recursion: files may chain thousands.
  Result<Tensor> tensor(const TensorRef& ref) {
    std::vector<Key> open = {{ref.layer, ref.call}};
    while (!open.empty()) {
      const Key key = open.back();
      if (done_[key]) {
        open.pop_back();
        continue;
      }
      PITLANE_TRY(const std::vector<TensorRef>* inputs, inputs_of(key));
      const bool second_visit = !begun_.emplace(key, true).second;
      bool ready = true;
      for (const TensorRef& input : *inputs) {
        const Key needed{input.layer, input.call};
        if (done_[needed]) continue;
        if (second_visit || begun_.contains(needed))
          return corrupt(layers_.at(key.first)->who() + ": reads '" + printable_name(input.layer) +
                         "', which needs it itself: a circle");
        open.push_back(needed);
        ready = false;
      }
      if (!ready) continue;
      PITLANE_TRY_STATUS(read(key, *inputs));
      open.pop_back();
    }
    return tensors_.at({ref.layer, ref.call});
  }

 private:
  using Key = std::pair<std::string, std::int64_t>;  // layer, number of the call

  Result<const std::vector<TensorRef>*> inputs_of(const Key& key) const {
    const auto layer = layers_.find(key.first);
    if (layer == layers_.end()) return corrupt("a layer '" + key.first + "' is read, which is not in the model");
    const LayerConfig& config = *layer->second;
    if (config.class_name == "InputLayer") return corrupt(config.who() + " is not among the model's inputs");
    if (key.second >= static_cast<std::int64_t>(config.calls.size()))
      return corrupt(config.who() + ": its use number " + std::to_string(key.second) + " is read, it has " +
                     std::to_string(config.calls.size()));
    const std::vector<TensorRef>& inputs = config.calls[static_cast<std::size_t>(key.second)];
    if (inputs.empty()) return corrupt(config.who() + ": reads nothing");
    for (const TensorRef& input : inputs)
      if (input.output != 0)
        return unsupported(config.who() + ": reads output " + std::to_string(input.output) + " of '" +
                           printable_name(input.layer) + "'; layers with several outputs are not supported");
    return &inputs;
  }

  Status read(const Key& key, const std::vector<TensorRef>& refs) {
    const LayerConfig& config = *layers_.at(key.first);
    const Reader reader = find_reader(config.class_name);
    if (reader == nullptr)
      return unsupported(config.who() +
                         ": layers of this class are not supported; build the model without it, or export it to "
                         "ONNX and import that");
    std::vector<Tensor> inputs;
    for (const TensorRef& ref : refs) inputs.push_back(tensors_.at({ref.layer, ref.call}));
    if (inputs.size() > 1 && !takes_several(config.class_name))
      return unsupported(config.who() + ": reads " + std::to_string(inputs.size()) +
                         " tensors; an initial state or a mask is not supported");
    const auto arrays = arrays_.of(config.name);
    if (!arrays.ok()) return arrays.error().in(config.who());
    Layer layer{builder_,
                config.class_name,
                Settings(config.config, config.who()),
                config.name,
                key.second == 0 ? config.name : config.name + "@" + std::to_string(key.second),
                model_.version,
                options_,
                **arrays,
                made_,
                uses_[config.name]++ == 0};
    PITLANE_TRY(Tensor output, reader(layer, inputs));
    const ValueId last = output.stacked >= 0 ? output.stacked : output.frames.back();
    if (last > kMostValues)
      return unsupported(config.who() + ": the model's sequences are too long to be written out step by step");
    if (const Status status = check_shape(output.shape); !status.ok()) return status.error().in(config.who());
    tensors_[key] = std::move(output);
    done_[key] = true;
    return {};
  }

  static bool takes_several(const std::string& class_name) {
    return class_name == "Concatenate" || class_name == "Add" || class_name == "Multiply" || class_name == "Merge";
  }

  NetworkBuilder& builder_;
  const ModelConfig& model_;
  LayerArrays& arrays_;
  const ImportOptions& options_;
  std::map<std::string, const LayerConfig*> layers_;
  std::map<Key, Tensor> tensors_;
  std::map<Key, bool> done_, begun_;
  std::map<std::string, WeightId> made_;
  std::map<std::string, int> uses_;
};

Result<std::vector<OutputPlace>> places_of(NetworkBuilder& builder, const ModelConfig& model, Graph& graph) {
  std::vector<OutputPlace> places;
  for (const TensorRef& ref : model.outputs) {
    if (ref.output != 0)
      return unsupported("output " + std::to_string(ref.output) + " of '" + ref.layer +
                         "' is the model's; layers with several outputs are not supported");
    PITLANE_TRY(Tensor tensor, graph.tensor(ref));
    const std::int64_t count = element_count(tensor.shape);
    if (count > kMostOutputs || static_cast<std::int64_t>(places.size()) + count > kMostOutputs)
      return unsupported("the model's output '" + ref.layer + "' is " + to_string(tensor.shape) +
                         "; a driving network has a few numbers");
    const ValueId value = flat(builder, tensor, tensor.name + ".flat");
    for (int e = 0; e < count; ++e) places.push_back({element_name(ref.layer, e, count), value, e});
  }
  return places;
}

/// A misspelt name would leave its user believing that it was heeded.
Status check_lambdas(const ModelConfig& model, const ImportOptions& options) {
  std::vector<std::string> names;
  for (const LayerConfig& layer : model.layers)
    if (inner_class(layer) == "Lambda") names.push_back(layer.name);
  for (const auto& [name, meaning] : options.lambdas) {
    if (std::ranges::find(names, name) != names.end()) continue;
    std::string known;
    for (const std::string& lambda : names) known += (known.empty() ? "" : ", ") + printable_name(lambda);
    return invalid_argument("--lambda " + name + ": the model has no Lambda layer of that name; " +
                            (known.empty() ? "it has none at all, leave the flag out" : "it has " + known));
  }
  return {};
}

}  // namespace

Result<Network> build_network(const ModelConfig& model, LayerArrays& arrays, const FileFacts& facts,
                              const ImportOptions& options) {
  PITLANE_TRY_STATUS(check_lambdas(model, options));
  NetworkBuilder builder(model.name);
  Graph graph(builder, model, arrays, options);
  auto inputs = add_inputs(builder, model, facts, options);
  if (!inputs.ok()) return inputs.error();
  graph.start(*std::move(inputs));
  PITLANE_TRY(const std::vector<OutputPlace> places, places_of(builder, model, graph));
  PITLANE_TRY_STATUS(add_outputs(builder, options, places));
  builder.metadata("source", facts.written_by);
  return std::move(builder).build();
}

}  // namespace pitlane::keras
