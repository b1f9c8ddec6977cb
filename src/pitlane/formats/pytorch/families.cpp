// The networks of DeepLearningStudio and BehaviorMetrics, by the names of their weights. A state dict says neither
// strides nor activations nor the size of the picture: what stands here was read in those projects' sources.
#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "pitlane/formats/pytorch/architecture.h"
#include "pitlane/network/limits.h"

namespace pitlane {
namespace {

using Names = std::vector<std::string>;

bool has_all(const StateDict& dict, const Names& names) {
  return std::all_of(names.begin(), names.end(),
                     [&](const auto& name) { return dict.find(name + ".weight") != nullptr; });
}

/// Names with a number behind.
Names numbered(const std::string& name, int first, int last) {
  Names names;
  for (int i = first; i <= last; ++i) names.push_back(name + std::to_string(i));
  return names;
}

Result<Shape> shape_of(const StateDict& dict, const std::string& name, std::size_t rank) {
  const Shape& sizes = dict.find(name)->stored.sizes;
  if (sizes.size() == rank && within_limits(sizes)) return sizes;
  return invalid_argument("weight '" + name + "' has shape " + to_string(sizes) + ", needs " + std::to_string(rank) +
                          " dimensions");
}

/// Writes layers that are named after their weights.
class Writer {
 public:
  explicit Writer(std::string name) { made_.name = std::move(name); }

  Layer& add(LayerKind kind, const std::string& name, Names from = {}) {
    Layer layer;
    layer.kind = kind;
    layer.name = layer.weights = name;
    layer.from = std::move(from);
    made_.layers.push_back(std::move(layer));
    return made_.layers.back();
  }
  void relu(const std::string& name) { add(LayerKind::kActivation, name + ".relu").activation = Activation::kRelu; }
  void conv(const std::string& name, int stride, int padding = 0, Names from = {}) {
    Layer& layer = add(LayerKind::kConv, name, std::move(from));
    layer.stride = {stride, stride};
    layer.padding = {padding, padding};
    relu(name);
  }
  void max_pool(const std::string& name, int kernel, int stride, Names from = {}) {
    Layer& layer = add(LayerKind::kMaxPool, name, std::move(from));
    layer.kernel = {kernel, kernel};
    layer.stride = {stride, stride};
  }
  /// The last of them without an activation.
  void linear(const Names& names) {
    for (const std::string& name : names) {
      add(LayerKind::kLinear, name);
      if (name != names.back()) relu(name);
    }
  }
  Architecture& made() { return made_; }

 private:
  Architecture made_;
};

struct Size {
  int width = 0, height = 0;
};

/// What is left of a picture's side after windows without padding.
struct Window {
  int kernel, stride;
};
std::int64_t side_after(std::int64_t side, const std::vector<Window>& windows) {
  for (const Window& w : windows) side = side < w.kernel ? 0 : (side - w.kernel) / w.stride + 1;
  return side;
}

std::string text_of(const Size& size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

/// The first size, the user's or else the usual ones, whose features fit.
Result<Size> find_size(const ImageMeaning& image, const std::vector<Size>& usual, std::int64_t numbers,
                       const std::function<bool(const Size&)>& fits) {
  std::vector<Size> sizes = usual;
  if (image.width && image.height) sizes = {{*image.width, *image.height}};
  for (const Size& size : sizes)
    if (fits(size)) return size;
  std::string tried;
  for (const Size& size : sizes) tried += (tried.empty() ? "" : " or ") + text_of(size);
  return invalid_argument("its first linear layer reads " + std::to_string(numbers) + " numbers, which pictures of " +
                          tried +
                          " do not give; say how large the picture is that the network sees: --picture WIDTHxHEIGHT");
}

/// Channels of stacked frames, three a frame; or four, where the fourth is a plane of speed; or grey.
Result<PictureShape> stacked_frames(const Size& size, std::int64_t channels) {
  PictureShape picture{size.height, size.width, 3, 1};
  constexpr std::int64_t kMostFrames = 100;
  if (channels == 1 || (channels == 4)) {
    picture.channels = static_cast<int>(channels);
  } else if (channels % 3 == 0 && channels / 3 <= kMostFrames) {
    picture.frames = static_cast<int>(channels / 3);
  } else {
    return unsupported("pictures of " + std::to_string(channels) + " channels are no whole number of frames");
  }
  return picture;
}

// PilotNet and PilotNetStacked, which is wider and sees several frames.
Result<Architecture> pilotnet(const StateDict& dict, const ImageMeaning& image) {
  PITLANE_TRY(const Shape first, shape_of(dict, "cn_1.weight", 4));
  PITLANE_TRY(const Shape last, shape_of(dict, "cn_5.weight", 4));
  PITLANE_TRY(const Shape dense, shape_of(dict, "fc_1.weight", 2));
  const std::vector<Window> windows = {{5, 2}, {5, 2}, {5, 2}, {3, 1}, {3, 1}};
  PITLANE_TRY(const Size size, find_size(image, {{200, 66}}, dense[1], [&](const Size& s) {
                return side_after(s.width, windows) * side_after(s.height, windows) * last[0] == dense[1];
              }));
  Writer writer(first[1] > 4 ? "pilotnet-stacked-torch" : "pilotnet-torch");
  PITLANE_TRY(const PictureShape picture, stacked_frames(size, first[1]));
  writer.made().inputs = {{"camera", InputKind::kImage, picture}};
  writer.add(LayerKind::kBatchNorm, "ln_1").epsilon = 1e-3F;
  for (int i = 1; i <= 5; ++i) writer.conv("cn_" + std::to_string(i), i <= 3 ? 2 : 1);
  writer.add(LayerKind::kFlatten, "flatten");
  writer.linear(numbered("fc_", 1, 5));
  writer.made().notes = {"strides and activations of DeepLearningStudio's PilotNet"};
  return std::move(writer.made());
}

/// What stands beside the picture's features: the numbers of the first linear layer that they do not take.
struct Beside {
  std::int64_t speed = 0, command = 0, light = 0;
  [[nodiscard]] std::int64_t numbers() const { return speed + command + light; }
};

constexpr std::int64_t kCommands = 4, kLights = 4;
constexpr Size kSegmented = {288, 200};

std::optional<Beside> beside_of(std::int64_t numbers, bool usual) {
  for (const Beside& beside : {Beside{}, Beside{1, kCommands, kLights}, Beside{1, kCommands, 0}, Beside{1, 0, 0}})
    if (numbers == beside.numbers() && !(usual && beside.speed == 1 && beside.command == 0)) return beside;
  return std::nullopt;
}

const std::vector<Window> kTinyWindows = {{3, 2}, {3, 2}, {3, 2}};

struct TinyParts {
  Size size;
  Beside beside;
  std::int64_t embedding = 0;  ///< numbers of a command's row; 0 without
};

Result<TinyParts> tiny_parts(const StateDict& dict, const ImageMeaning& image, std::int64_t features) {
  PITLANE_TRY(const Shape dense, shape_of(dict, "fc_1.weight", 2));
  PITLANE_TRY(const Shape conv, shape_of(dict, "cn_1.weight", 4));
  TinyParts parts;
  if (dict.find("embedding.weight") != nullptr) {
    PITLANE_TRY(const Shape table, shape_of(dict, "embedding.weight", 2));
    parts.beside = {1, table[0], 0};
    parts.embedding = table[1];
  }
  const auto rest = [&](const Size& s) {
    return dense[1] - features * side_after(s.width, kTinyWindows) * side_after(s.height, kTinyWindows);
  };
  const bool told = image.width && image.height;
  const auto beside = [&](const Size& s) { return beside_of(rest(s), !told); };
  const auto fits = [&](const Size& s) {
    if (side_after(s.width, kTinyWindows) * side_after(s.height, kTinyWindows) == 0) return false;
    return parts.embedding > 0 ? rest(s) == 1 + parts.embedding : beside(s).has_value();
  };
  const std::vector<Size> usual = conv[1] == 6 || parts.embedding > 0
                                      ? std::vector{kSegmented}
                                      : std::vector{Size{100, 50}, Size{150, 50}, kSegmented};
  PITLANE_TRY(parts.size, find_size(image, usual, dense[1], fits));
  if (parts.embedding == 0) parts.beside = *beside(parts.size);
  return parts;
}

Names add_beside(Writer& writer, const TinyParts& parts, bool segmented) {
  Names joined = {"flatten"};
  auto& inputs = writer.made().inputs;
  if (parts.beside.speed > 0) {
    inputs.push_back({"speed", InputKind::kSpeed, {}, 1, segmented ? 3.6F / 40 : 1 / 40.F});
    joined.emplace_back("speed.clamped");
    writer.add(LayerKind::kClamp, "speed.clamped", {"speed"});
  }
  if (parts.beside.command > 0) {
    inputs.push_back({"command", InputKind::kCommand, {}, parts.beside.command});
    joined.emplace_back(parts.embedding > 0 ? "embedding" : "command");
    if (parts.embedding > 0) writer.add(LayerKind::kEmbedding, "embedding", {"command"});
  }
  if (parts.beside.light > 0) {
    inputs.push_back({"light", InputKind::kLight, {}, parts.beside.light});
    joined.emplace_back("light");
  }
  return joined;
}

void note_segmentation(Architecture& made, std::int64_t outputs) {
  made.notes.emplace_back(
      "as BehaviorMetrics drives it: camera2 is the segmentation in CARLA's colours; in both pictures only roads, "
      "lines, "
      "traffic lights, people and vehicles are shown, all else is black; speed in km/h / 40, at most 1; commands none, "
      "left, right, straight; lights none, red, green, yellow");
  if (outputs == 2) made.meanings = {{"combined", "1", -1, 1, -1, 0}, {"steer", "1", -1, 1, -1, 0}};
  if (outputs == 2) made.notes.emplace_back("combined is throttle above 0 and brake below");
}

// DeepestLSTMTinyPilotNet and its kin: PilotNetOneHot, PilotNetOneHotNoLight, PilotNetEmbeddingNoLight.
// BehaviorMetrics' pilotnet_v8.0.pth is a PilotNetOneHot: 8 x 24 x 35 features of 288x200 pictures, speed, four
// commands and four lights make 6729 numbers. (8 x 29 x 29 features and a speed would, too; the rows of its first
// linear layer repeat every 35.)
Result<Architecture> tiny_pilotnet(const StateDict& dict, const ImageMeaning& image) {
  PITLANE_TRY(const Shape cell, shape_of(dict, "clstm_n.cell_list.0.conv.weight", 4));
  PITLANE_TRY(const Shape conv, shape_of(dict, "cn_1.weight", 4));
  PITLANE_TRY(const Shape last, shape_of(dict, "fc_3.weight", 2));
  PITLANE_TRY(const TinyParts parts, tiny_parts(dict, image, cell[0] / 4));
  const bool one_hot = parts.beside.command > 0;
  Writer writer(parts.embedding > 0      ? "pilotnet-embedding-no-light"
                : parts.beside.light > 0 ? "pilotnet-one-hot"
                : one_hot                ? "pilotnet-one-hot-no-light"
                : parts.beside.speed > 0 ? "deepest-lstm-tiny-pilotnet-speed"
                                         : "deepest-lstm-tiny-pilotnet");
  PictureShape picture{parts.size.height, parts.size.width, static_cast<int>(conv[1]), 1};
  if (conv[1] != 6) {
    PITLANE_TRY(picture, stacked_frames(parts.size, conv[1]));
  }
  writer.made().inputs = {{"camera", InputKind::kImage, picture}};
  for (const std::string& name : numbered("cn_", 1, 3)) writer.conv(name, 2);
  writer.add(LayerKind::kConvLstm, "clstm_n");
  writer.add(LayerKind::kFlatten, "flatten");
  const Names joined = add_beside(writer, parts, one_hot);
  if (joined.size() > 1) writer.add(LayerKind::kConcat, "features", joined);
  writer.linear(numbered("fc_", 1, 3));
  if (one_hot) writer.add(LayerKind::kActivation, "outputs").activation = Activation::kSigmoid;
  writer.made().notes = {"strides and activations of BehaviorMetrics' " + writer.made().name,
                         "its memory begins at zero with each picture"};
  if (one_hot) note_segmentation(writer.made(), last[0]);
  return std::move(writer.made());
}

/// One of DeepPilot's three blocks; reads `from` and gives `name`.
void inception(Writer& writer, int number, const std::string& from, int middle_padding) {
  const std::string name = "im_" + std::to_string(number) + "_";
  writer.conv(name + "re_1", 1, 0, {from});
  writer.conv(name + "o_1", 1, 1);
  writer.conv(name + "re_2", 1, 0, {from});
  writer.conv(name + "o_2", 1, middle_padding);
  writer.max_pool(name + "re_3", 3, 1, {from});
  writer.conv(name + "o_3", 1, 1);
  writer.add(LayerKind::kConv, name + "o_0", {from});
  writer.add(LayerKind::kConcat, name + "out", {name + "o_0", name + "o_1.relu", name + "o_2.relu", name + "o_3.relu"});
}

// DeepLearningStudio's network for drones, after Rojas-Perez and Martinez-Carranza, "DeepPilot", Sensors 2020.
Result<Architecture> deep_pilot(const StateDict& dict, const ImageMeaning& image) {
  PITLANE_TRY(const Shape conv, shape_of(dict, "cn_1.weight", 4));
  PITLANE_TRY(const Shape last, shape_of(dict, "last_re_1.weight", 4));
  PITLANE_TRY(const Shape dense, shape_of(dict, "fc_r1.weight", 2));
  // 3x3 windows that the second branch of the first block and the pools of the others take away and add again.
  const std::vector<Window> windows = {{7, 2}, {3, 2}, {3, 1}, {3, 2}, {3, 2}, {5, 3}};
  PITLANE_TRY(const Size size, find_size(image, {{224, 224}}, dense[1], [&](const Size& s) {
                return side_after(s.width, windows) * side_after(s.height, windows) * last[0] == dense[1];
              }));
  Writer writer("deep-pilot");
  PITLANE_TRY(const PictureShape picture, stacked_frames(size, conv[1]));
  writer.made().inputs = {{"camera", InputKind::kImage, picture}};
  writer.conv("cn_1", 2);
  writer.max_pool("po_1", 3, 2);
  writer.add(LayerKind::kBatchNorm, "ln_1");
  writer.relu("ln_1");
  writer.conv("re_1", 1);
  writer.conv("cn_2", 1);
  writer.add(LayerKind::kBatchNorm, "ln_2");
  writer.relu("ln_2");
  writer.max_pool("po_2", 3, 2);
  inception(writer, 1, "po_2", 3);
  inception(writer, 2, "im_1_out", 2);
  writer.max_pool("im_3_in", 3, 2);
  inception(writer, 3, "im_3_in", 2);
  Layer& pool = writer.add(LayerKind::kAveragePool, "last_po_1");
  pool.kernel = {5, 5};
  pool.stride = {3, 3};
  writer.conv("last_re_1", 1);
  writer.add(LayerKind::kFlatten, "flatten");
  for (const char* axis : {"r", "p", "y"}) {
    const std::string first = std::string("fc_") + axis + "1", second = std::string("fc_") + axis + "2";
    writer.add(LayerKind::kLinear, first, {"flatten"});
    writer.relu(first);
    writer.add(LayerKind::kLinear, second);
    writer.made().outputs.push_back(second);
  }
  // The labels of its training are not normalised.
  writer.made().meanings = {{"v", "m/s", 0, 1, -1, 0}, {"w", "rad/s", 0, 1, -1, 0}, {"vz", "m/s", 0, 1, -1, 0}};
  writer.made().notes = {"strides and activations of DeepLearningStudio's DeepPilot",
                         "outputs v, w and vz in m/s and rad/s as they are"};
  return std::move(writer.made());
}

struct Family {
  Names names;
  Result<Architecture> (*make)(const StateDict& dict, const ImageMeaning& image);
};

Names operator+(Names a, const Names& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

Result<std::optional<Architecture>> known_architecture(const StateDict& weights, const ImageMeaning& image) {
  const std::array<Family, 3> families = {
      Family{Names{"ln_1"} + numbered("cn_", 1, 5) + numbered("fc_", 1, 5), pilotnet},
      Family{numbered("cn_", 1, 3) + Names{"clstm_n.cell_list.0.conv"} + numbered("fc_", 1, 3), tiny_pilotnet},
      Family{{"cn_1", "re_1", "cn_2", "im_1_re_1", "im_2_re_1", "im_3_re_1", "last_re_1", "fc_r1", "fc_p1", "fc_y1"},
             deep_pilot}};
  for (const Family& family : families) {
    if (!has_all(weights, family.names)) continue;
    PITLANE_TRY(Architecture made, family.make(weights, image));
    return std::optional(std::move(made));
  }
  return std::optional<Architecture>();
}

}  // namespace pitlane
