// Descriptions of architectures; docs/formats/pytorch.md says what may stand in them.
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/printable.h"
#include "pitlane/formats/pytorch/architecture.h"

namespace pitlane {
namespace {

constexpr std::uint64_t kLargestFile = 1U << 18;  // a node of the parser takes some hundred times its text
constexpr std::size_t kMostLayers = 10'000;
constexpr std::size_t kMostSources = 100;

struct Word {
  const char* word;
  LayerKind kind;
  Activation activation;
  /// Beside layer, name and from.
  std::vector<std::string> keys;
};

const std::vector<Word>& words() {
  static const std::vector<Word> kWords = {
      {"conv", LayerKind::kConv, Activation::kNone, {"weights", "stride", "padding", "groups"}},
      {"linear", LayerKind::kLinear, Activation::kNone, {"weights"}},
      {"batch_norm", LayerKind::kBatchNorm, Activation::kNone, {"weights", "epsilon"}},
      {"embedding", LayerKind::kEmbedding, Activation::kNone, {"weights"}},
      {"lstm", LayerKind::kLstm, Activation::kNone, {"weights", "remembers"}},
      {"conv_lstm", LayerKind::kConvLstm, Activation::kNone, {"weights", "remembers"}},
      {"relu", LayerKind::kActivation, Activation::kRelu, {}},
      {"relu6", LayerKind::kActivation, Activation::kRelu6, {}},
      {"elu", LayerKind::kActivation, Activation::kElu, {"alpha"}},
      {"leaky_relu", LayerKind::kActivation, Activation::kLeakyRelu, {"alpha"}},
      {"tanh", LayerKind::kActivation, Activation::kTanh, {}},
      {"sigmoid", LayerKind::kActivation, Activation::kSigmoid, {}},
      {"hard_sigmoid", LayerKind::kActivation, Activation::kHardSigmoid, {}},
      {"softmax", LayerKind::kSoftmax, Activation::kNone, {}},
      {"clamp", LayerKind::kClamp, Activation::kNone, {"low", "high"}},
      {"max_pool", LayerKind::kMaxPool, Activation::kNone, {"kernel", "stride", "padding"}},
      {"avg_pool", LayerKind::kAveragePool, Activation::kNone, {"kernel", "stride", "padding"}},
      {"global_avg_pool", LayerKind::kGlobalAveragePool, Activation::kNone, {}},
      {"flatten", LayerKind::kFlatten, Activation::kNone, {}},
      {"dropout", LayerKind::kDropout, Activation::kNone, {}},
      {"concat", LayerKind::kConcat, Activation::kNone, {}},
      {"add", LayerKind::kAdd, Activation::kNone, {}},
      {"multiply", LayerKind::kMultiply, Activation::kNone, {}},
  };
  return kWords;
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

class DescriptionReader {
 public:
  explicit DescriptionReader(std::string origin) : origin_(std::move(origin)) {}

  Result<Architecture> read(const YAML::Node& document) {
    PITLANE_TRY_STATUS(check_keys(document, "the description", {"name", "inputs", "layers", "outputs", "unused"}));
    made_.origin = origin_;
    made_.name = "described";
    if (document["name"]) PITLANE_TRY_STATUS(text(document, "name", made_.name));
    PITLANE_TRY_STATUS(each(document, "inputs", 16, [this](const YAML::Node& node) { return add_input(node); }));
    PITLANE_TRY_STATUS(
        each(document, "layers", kMostLayers, [this](const YAML::Node& node) { return add_layer(node); }));
    if (document["outputs"]) PITLANE_TRY_STATUS(texts(document, "outputs", made_.outputs));
    if (document["unused"]) PITLANE_TRY_STATUS(texts(document, "unused", made_.unused));
    return std::move(made_);
  }

 private:
  [[nodiscard]] Error error(const YAML::Node& at, const std::string& what) const {
    const int line = at.Mark().line;
    return invalid_argument(origin_ + (line >= 0 ? ":" + std::to_string(line + 1) : "") + ": " + what);
  }

  [[nodiscard]] Status check_keys(const YAML::Node& map, const std::string& what,
                                  const std::vector<std::string>& keys) const {
    if (!map.IsMap()) return error(map, what + " must be a list of 'key: value'");
    std::set<std::string> seen;
    const auto unknown = [&](const std::string& key) {
      return "unknown key '" + printable_name(key) + "' in " + what + "; the keys are " + listed(keys);
    };
    const auto twice = [&](const std::string& key) { return "key '" + key + "' stands twice in " + what; };
    for (const auto& item : map) {
      if (!item.first.IsScalar()) return error(item.first, what + " has a key that is not a word");
      const std::string& key = item.first.Scalar();
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) return error(item.first, unknown(key));
      if (!seen.insert(key).second) return error(item.first, twice(key));
    }
    return {};
  }

  template <typename Add>
  Status each(const YAML::Node& document, const char* key, std::size_t most, Add add) {
    const YAML::Node list = document[key];
    if (!list) return error(document, "the description has no " + std::string(key));
    if (!list.IsSequence() || list.size() == 0 || list.size() > most)
      return error(list, std::string(key) + " must be a list of 1 to " + std::to_string(most));
    for (const YAML::Node& node : list) PITLANE_TRY_STATUS(add(node));
    return {};
  }

  // Values of keys that are there.
  Status text(const YAML::Node& map, const char* key, std::string& into) const {
    constexpr std::size_t kLongest = 256;
    const YAML::Node node = map[key];
    if (!node.IsScalar() || node.Scalar().empty() || node.Scalar().size() > kLongest)
      return error(node, std::string(key) + " must be a text");
    into = node.Scalar();
    return {};
  }

  /// One, or a list of them.
  Status texts(const YAML::Node& map, const char* key, std::vector<std::string>& into) const {
    const YAML::Node node = map[key];
    if (node.IsScalar()) {
      into.emplace_back();
      return text(map, key, into.back());
    }
    if (!node.IsSequence() || node.size() > kMostSources)
      return error(node, std::string(key) + " must be a list of names");
    for (const YAML::Node& item : node) {
      if (!item.IsScalar()) return error(item, std::string(key) + " must be a list of names");
      into.push_back(item.Scalar());
    }
    return {};
  }

  Status whole(const YAML::Node& node, const char* key, int low, int high, int& into) const {
    if (node.IsScalar() && YAML::convert<int>::decode(node, into) && into >= low && into <= high) return {};
    return error(
        node, std::string(key) + " must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }

  Status whole(const YAML::Node& map, const char* key, int low, int high, std::int64_t& into) const {
    if (!map[key]) return {};
    int value = 0;
    PITLANE_TRY_STATUS(whole(map[key], key, low, high, value));
    into = value;
    return {};
  }

  Status real(const YAML::Node& map, const char* key, float& into) const {
    if (!map[key]) return {};
    if (map[key].IsScalar() && YAML::convert<float>::decode(map[key], into) && std::isfinite(into)) return {};
    return error(map[key], std::string(key) + " must be a number");
  }

  /// One number for both directions, or vertical and horizontal.
  Status pair(const YAML::Node& map, const char* key, int low, Layer::Pair& into) const {
    constexpr int kLargest = 1024;
    const YAML::Node node = map[key];
    if (!node) return {};
    if (!node.IsSequence()) {
      PITLANE_TRY_STATUS(whole(node, key, low, kLargest, into[0]));
      into[1] = into[0];
      return {};
    }
    if (node.size() != 2) return error(node, std::string(key) + " must be one number or [vertical, horizontal]");
    PITLANE_TRY_STATUS(whole(node[0], key, low, kLargest, into[0]));
    return whole(node[1], key, low, kLargest, into[1]);
  }

  Status add_input(const YAML::Node& node) {
    PITLANE_TRY_STATUS(
        check_keys(node, "an input", {"name", "kind", "width", "height", "channels", "frames", "scale", "size"}));
    ArchitectureInput input;
    std::string kind;
    if (!node["kind"]) return error(node, "an input has no kind; it is picture, speed, command or light");
    PITLANE_TRY_STATUS(text(node, "kind", kind));
    input.name = kind;
    if (node["name"]) PITLANE_TRY_STATUS(text(node, "name", input.name));
    if (kind == "picture") {
      PITLANE_TRY_STATUS(read_picture(node, input.picture));
    } else if (kind == "speed") {
      input.kind = InputKind::kSpeed;
      if (!node["scale"]) return error(node, "a speed needs its scale: the network sees metres per second * scale");
      PITLANE_TRY_STATUS(real(node, "scale", input.scale));
    } else if (kind == "command" || kind == "light") {
      input.kind = kind == "command" ? InputKind::kCommand : InputKind::kLight;
      if (!node["size"]) return error(node, "a " + kind + " needs its size: how many there are to choose from");
      PITLANE_TRY_STATUS(whole(node, "size", 1, 1000, input.size));
    } else {
      return error(node["kind"],
                   "unknown kind '" + printable_name(kind) + "'; known are picture, speed, command and light");
    }
    names_.insert(input.name);
    made_.inputs.push_back(std::move(input));
    return {};
  }

  Status read_picture(const YAML::Node& node, PictureShape& picture) const {
    constexpr int kLargest = 16384;
    std::int64_t channels = picture.channels, frames = picture.frames;
    if (!node["width"] || !node["height"]) return error(node, "a picture needs its width and height");
    PITLANE_TRY_STATUS(whole(node, "width", 1, kLargest, picture.width));
    PITLANE_TRY_STATUS(whole(node, "height", 1, kLargest, picture.height));
    PITLANE_TRY_STATUS(whole(node, "channels", 1, 6, channels));
    PITLANE_TRY_STATUS(whole(node, "frames", 1, 100, frames));
    picture.channels = static_cast<int>(channels);
    picture.frames = static_cast<int>(frames);
    return {};
  }

  Status add_layer(const YAML::Node& node) {
    std::string word;
    if (!node.IsMap() || !node["layer"]) return error(node, "a layer must begin with 'layer:' and its kind");
    PITLANE_TRY_STATUS(text(node, "layer", word));
    const auto known = std::find_if(words().begin(), words().end(), [&](const Word& w) { return word == w.word; });
    if (known == words().end()) return error(node["layer"], unknown_word(word));
    std::vector<std::string> keys = known->keys;
    keys.insert(keys.begin(), {"layer", "name", "from"});
    PITLANE_TRY_STATUS(check_keys(node, "a layer of kind " + word, keys));
    Layer layer;
    layer.kind = known->kind;
    layer.activation = known->activation;
    layer.line = node.Mark().line + 1;
    if (layer.activation == Activation::kHardSigmoid) layer.alpha = 1 / 6.F;  // PyTorch's; Keras has 0.2
    PITLANE_TRY_STATUS(read_names(node, *known, layer));
    PITLANE_TRY_STATUS(read_attributes(node, layer));
    made_.layers.push_back(std::move(layer));
    return {};
  }

  static std::string unknown_word(const std::string& word) {
    std::vector<std::string> known;
    for (const Word& w : words()) known.emplace_back(w.word);
    return "unknown layer '" + printable_name(word) + "'; known are " + listed(known);
  }

  Status read_names(const YAML::Node& node, const Word& word, Layer& layer) {
    const bool weighty = std::find(word.keys.begin(), word.keys.end(), "weights") != word.keys.end();
    if (weighty && !node["weights"])
      return error(node, "a layer of kind " + std::string(word.word) +
                             " needs 'weights:', what the names of its weights begin with");
    if (weighty) PITLANE_TRY_STATUS(text(node, "weights", layer.weights));
    if (node["from"]) PITLANE_TRY_STATUS(texts(node, "from", layer.from));
    layer.name = weighty ? layer.weights : word.word;
    if (node["name"]) {
      PITLANE_TRY_STATUS(text(node, "name", layer.name));
    } else if (names_.contains(layer.name)) {
      layer.name += "_" + std::to_string(made_.layers.size() + 1);
    }
    names_.insert(layer.name);
    return {};
  }

  Status read_attributes(const YAML::Node& node, Layer& layer) const {
    const bool pool = layer.kind == LayerKind::kMaxPool || layer.kind == LayerKind::kAveragePool;
    if (pool && !node["kernel"]) return error(node, "a pool needs its kernel");
    PITLANE_TRY_STATUS(pair(node, "kernel", 1, layer.kernel));
    if (pool) layer.stride = layer.kernel;
    PITLANE_TRY_STATUS(pair(node, "stride", 1, layer.stride));
    layer.same = layer.kind == LayerKind::kConv && node["padding"] && node["padding"].IsScalar() &&
                 node["padding"].Scalar() == "same";
    if (layer.same && layer.stride != Layer::Pair{1, 1}) return error(node, "padding same goes with stride 1 alone");
    if (!layer.same) PITLANE_TRY_STATUS(pair(node, "padding", 0, layer.padding));
    if (node["groups"]) PITLANE_TRY_STATUS(whole(node["groups"], "groups", 1, 1 << 20, layer.groups));
    PITLANE_TRY_STATUS(real(node, "epsilon", layer.epsilon));
    PITLANE_TRY_STATUS(real(node, "low", layer.low));
    PITLANE_TRY_STATUS(real(node, "high", layer.high));
    if (node["alpha"]) PITLANE_TRY_STATUS(real(node, "alpha", layer.alpha.emplace()));
    const YAML::Node remembers = node["remembers"];
    if (remembers && !YAML::convert<bool>::decode(remembers, layer.remembers))
      return error(remembers, "remembers must be true or false");
    return {};
  }

  std::string origin_;
  Architecture made_;
  std::set<std::string> names_;
};

}  // namespace

Result<Architecture> load_architecture(const std::filesystem::path& path) {
  PITLANE_TRY(const std::string content, read_text(path, kLargestFile));
  const std::string origin = path.string();
  try {
    return DescriptionReader(origin).read(YAML::Load(content));
  } catch (const YAML::DeepRecursion& e) {
    return corrupt(origin + ":" + std::to_string(e.mark.line + 1) +
                   ": lists or maps nest too deep; a description needs three levels");
  } catch (const YAML::Exception& e) {
    const std::string line = e.mark.line >= 0 ? ":" + std::to_string(e.mark.line + 1) : "";
    return corrupt(origin + line + ": not YAML: " + e.msg);
  }
}

}  // namespace pitlane
