#include "pitlane/formats/keras/layer_arrays.h"

#include <algorithm>
#include <cctype>

namespace pitlane::keras {
namespace {

constexpr std::size_t kMostNames = 65536;
constexpr int kDeepestWrapper = 6;  // wrappers and cells in one another

/// "TimeDistributed" -> "time_distributed", "Conv2D" -> "conv2d", "ConvLSTM2D" -> "conv_lstm2d": how Keras 3 names the
/// groups of a file after classes.
std::string snake_case(const std::string& name) {
  const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins_word = i > 0 && upper(name[i]) && i + 1 < name.size() && lower(name[i + 1]);
    const bool after_lower = i > 0 && upper(name[i]) && lower(name[i - 1]);
    if ((begins_word || after_lower) && out.back() != '_') out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return out;
}

bool by_number(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

Result<std::optional<std::vector<std::string>>> chunked_texts(Hdf5File& file, const std::string& path,
                                                              const std::string& name) {
  PITLANE_TRY(std::optional<std::vector<std::string>> whole, file.texts(path, name));
  if (whole) return whole;
  std::vector<std::string> joined;
  for (std::size_t chunk = 0; joined.size() <= kMostNames; ++chunk) {
    PITLANE_TRY(const auto part, file.texts(path, name + std::to_string(chunk)));
    if (!part && chunk == 0) return std::optional<std::vector<std::string>>();
    if (!part) return std::optional(std::move(joined));
    joined.insert(joined.end(), part->begin(), part->end());
  }
  return corrupt("attribute '" + name + "' of '" + path + "' holds more than 65536 names");
}

Result<LayerArrays> LayerArrays::open_named(Hdf5File file, std::string root) {
  LayerArrays arrays(std::move(file));
  PITLANE_TRY(const auto names, chunked_texts(arrays.file_, root, "layer_names"));
  if (!names) return corrupt("'" + root + "' has no attribute 'layer_names'; save the model again");
  const std::string folder = root.empty() ? "" : root + "/";
  for (const std::string& name : *names) arrays.paths_[name] = folder + name;
  arrays.root_ = std::move(root);
  return arrays;
}

Result<LayerArrays> LayerArrays::open_numbered(Hdf5File file, const ModelConfig& model) {
  LayerArrays arrays(std::move(file));
  arrays.named_ = false;
  for (const char* root : {"layers", "_layer_checkpoint_dependencies"}) {  // Keras 3; tf.keras 2.12 to 2.15
    PITLANE_TRY(const bool there, arrays.file_.has(root));
    if (there && arrays.root_.empty()) arrays.root_ = root;
  }
  if (arrays.root_.empty()) return corrupt("model.weights.h5 holds no layers; save the model again");
  // Newer versions of Keras note each layer's name; in the others, layers of one class are counted.
  std::map<std::string, std::string> noted;
  PITLANE_TRY(const std::vector<std::string> groups, arrays.file_.members(arrays.root_));
  for (const std::string& group : groups) {
    const std::string path = arrays.root_ + "/" + group;
    PITLANE_TRY(const auto name, arrays.file_.texts(path, "name"));
    if (name && name->size() == 1) noted[name->front()] = path;
  }
  std::map<std::string, int> used;
  for (const LayerConfig& layer : model.layers) {
    const std::string kind = snake_case(layer.class_name);
    const int count = used[kind]++;
    const auto by_name = noted.find(layer.name);
    arrays.paths_[layer.name] = by_name != noted.end()
                                    ? by_name->second
                                    : arrays.root_ + "/" + kind + (count > 0 ? "_" + std::to_string(count) : "");
  }
  return arrays;
}

Result<std::vector<FloatArray>> LayerArrays::read_named(const std::string& layer) {
  std::vector<FloatArray> arrays;
  const auto path = paths_.find(layer);
  if (path == paths_.end()) return arrays;
  PITLANE_TRY(const bool there, file_.has(path->second));
  if (!there) return corrupt("its weights '" + path->second + "' are not in the file");
  PITLANE_TRY(const auto names, chunked_texts(file_, path->second, "weight_names"));
  if (!names) return corrupt("'" + path->second + "' has no attribute 'weight_names'; save the model again");
  for (const std::string& name : *names) {
    PITLANE_TRY(FloatArray array, file_.floats(path->second + "/" + name));
    arrays.push_back(std::move(array));
  }
  return arrays;
}

Status LayerArrays::read_numbered(const std::string& path, int depth, std::vector<FloatArray>& arrays) {
  PITLANE_TRY(const bool there, file_.has(path));
  if (!there || depth > kDeepestWrapper) return {};
  PITLANE_TRY(const std::vector<std::string> members, file_.members(path));
  if (std::ranges::find(members, "vars") != members.end()) {
    const std::string folder = path + "/vars/";
    PITLANE_TRY(std::vector<std::string> numbers, file_.members(path + "/vars"));
    std::ranges::sort(numbers, by_number);
    for (const std::string& number : numbers) {
      PITLANE_TRY(FloatArray array, file_.floats(folder + number));
      arrays.push_back(std::move(array));
    }
  }
  // A wrapper's layer, a recurrent layer's cell. Seeds of random numbers are no weights.
  const std::string below = path + "/";
  for (const std::string& member : members)
    if (member == "layer" || member == "cell") PITLANE_TRY_STATUS(read_numbered(below + member, depth + 1, arrays));
  return {};
}

Result<const std::vector<FloatArray>*> LayerArrays::of(const std::string& layer) {
  const auto known = read_.find(layer);
  if (known != read_.end()) return &known->second;
  std::vector<FloatArray> arrays;
  if (named_) {
    PITLANE_TRY(arrays, read_named(layer));
  } else if (const auto path = paths_.find(layer); path != paths_.end()) {
    PITLANE_TRY_STATUS(read_numbered(path->second, 0, arrays));
  }
  return &read_.emplace(layer, std::move(arrays)).first->second;
}

}  // namespace pitlane::keras
