// The layers of a PyTorch network, which its file does not hold: known by family, or described by the user.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/formats/pytorch/state_dict.h"
#include "pitlane/network/network.h"

namespace pitlane {

enum class LayerKind {
  kConv,
  kBatchNorm,
  kActivation,
  kSoftmax,
  kClamp,
  kMaxPool,
  kAveragePool,
  kGlobalAveragePool,
  kFlatten,
  kLinear,
  kEmbedding,
  kDropout,
  kConcat,
  kAdd,
  kMultiply,
  kLstm,
  kConvLstm,
};

/// "conv", "batch_norm", ...: the words of descriptions.
const char* to_string(LayerKind kind);

struct Layer {
  /// Vertical, horizontal.
  using Pair = std::array<int, 2>;

  LayerKind kind = LayerKind::kFlatten;
  std::string name;               ///< unique, also among inputs
  std::vector<std::string> from;  ///< layers or inputs; empty: the layer before, or the first input
  std::string weights;            ///< what the names of its weights begin with; no dot at the end
  Pair kernel{0, 0};              ///< pools
  Pair stride{1, 1};
  Pair padding{0, 0};
  bool same = false;  ///< padding "same" instead
  int groups = 1;
  Activation activation = Activation::kNone;
  std::optional<float> alpha;  ///< of the activation
  float epsilon = 1e-5F;
  float low = 0, high = 1;  ///< of kClamp
  bool remembers = false;   ///< kLstm, kConvLstm: the state stays from picture to picture; else it begins at zero
  int line = 0;             ///< of the description
};

struct ArchitectureInput {
  std::string name;
  InputKind kind = InputKind::kImage;
  PictureShape picture;  ///< kImage
  std::int64_t size = 1;
  float scale = 1;  ///< kSpeed, where the user says nothing
};

struct Architecture {
  std::string name;
  std::string origin;  ///< file of the description; empty: built in
  std::vector<ArchitectureInput> inputs;
  std::vector<Layer> layers;
  std::vector<std::string> outputs;  ///< layers whose numbers are the network's; empty: the last
  std::vector<std::string> unused;   ///< weights, or what their names begin with, that no layer reads
  /// What the outputs mean where the user says nothing; empty: by their number, see add_outputs.
  std::vector<OutputSpec> meanings;
  std::vector<std::string> notes;  ///< for the metadata
};

/// Reads a description, see docs/formats/pytorch.md. Errors begin with the file and line.
Result<Architecture> load_architecture(const std::filesystem::path& path);

/// The family that the names and shapes fit; nothing if the names are of none. Errors: the names fit, the shapes do
/// not.
Result<std::optional<Architecture>> known_architecture(const StateDict& weights, const ImageMeaning& image);

/// Every weight must be read by a layer or be named as unused. Errors name the layer, and its line where there is one.
Result<Network> build_network(const Architecture& architecture, const StateDict& weights, const ImportOptions& options);

}  // namespace pitlane
