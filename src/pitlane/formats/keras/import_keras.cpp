// Keras files: .h5 of Keras 1 to 3, .keras of Keras 3 and the last versions of tf.keras.
#include <nlohmann/json.hpp>
#include <string>

#include "pitlane/core/file.h"
#include "pitlane/core/json_extent.h"
#include "pitlane/formats/importers.h"
#include "pitlane/formats/keras/graph.h"
#include "pitlane/formats/keras/hdf5_file.h"
#include "pitlane/formats/keras/layer_arrays.h"
#include "pitlane/formats/keras/model_config.h"
#include "pitlane/formats/zip_archive.h"

namespace pitlane {
namespace {

using keras::FileFacts;
using keras::Hdf5File;
using keras::LayerArrays;
using keras::ModelConfig;

/// The number before the first point.
std::optional<int> major_version(const std::string& version) {
  if (version.empty() || version[0] < '0' || version[0] > '9') return std::nullopt;
  return version[0] - '0';
}

Result<std::string> text_or(Hdf5File& file, const std::string& path, const char* name, const std::string& fallback) {
  PITLANE_TRY(const auto texts, file.texts(path, name));
  return texts && !texts->empty() ? texts->front() : fallback;
}

Result<Network> import_h5(const SharedBytes& bytes, const ImportOptions& options) {
  PITLANE_TRY(Hdf5File file, Hdf5File::open(bytes));
  PITLANE_TRY(const std::string config, text_or(file, "", "model_config", ""));
  if (config.empty())
    return unsupported(
        "the file holds weights without an architecture; save the whole model in Keras with model.save(), or build "
        "the model there and load the weights before");
  PITLANE_TRY(const bool apart, file.has("model_weights"));
  const std::string root = apart ? "model_weights" : "";
  PITLANE_TRY(std::string version, text_or(file, "", "keras_version", ""));
  PITLANE_TRY(version, text_or(file, root, "keras_version", version));
  PITLANE_TRY(const std::string backend, text_or(file, root, "backend", "tensorflow"));
  if (backend == "theano")
    return unsupported(
        "the file was written with Theano, whose kernels are turned; load it with the backend "
        "TensorFlow and save it again");
  PITLANE_TRY(const ModelConfig model, keras::parse_model_config(config, major_version(version)));
  FileFacts facts;
  facts.written_by = "Keras" + (version.empty() ? std::string(" 1") : " " + version.substr(0, 32));
  PITLANE_TRY(const auto normalized, file.integer("", "normalized_dataset"));
  if (normalized) facts.normalized = *normalized != 0;
  PITLANE_TRY(LayerArrays arrays, LayerArrays::open_named(std::move(file), root));
  return keras::build_network(model, arrays, facts, options);
}

std::string as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Network> import_archive(const std::filesystem::path& path, const ImportOptions& options) {
  constexpr std::uint64_t kLongestConfig = std::uint64_t{1} << 25, kLargestWeights = std::uint64_t{1} << 31;
  PITLANE_TRY(const ZipArchive archive, ZipArchive::open(path));
  PITLANE_TRY(const std::vector<std::byte> config, archive.read("config.json", kLongestConfig));
  std::string version;
  constexpr std::uint64_t kLongestMetadata = 1 << 16;
  constexpr JsonLimits kMostMetadata{1000, 10};  // Keras writes three words
  if (const auto metadata = archive.read("metadata.json", kLongestMetadata);
      metadata.ok() && check_json_extent(as_text(*metadata), kMostMetadata).ok()) {
    const auto parsed = nlohmann::json::parse(as_text(*metadata), nullptr, false);
    if (parsed.is_object() && parsed.contains("keras_version") && parsed["keras_version"].is_string())
      version = parsed["keras_version"].get<std::string>();
  }
  PITLANE_TRY(const ModelConfig model, keras::parse_model_config(as_text(config), major_version(version).value_or(3)));
  PITLANE_TRY(std::vector<std::byte> weights, archive.read("model.weights.h5", kLargestWeights));
  Result<Hdf5File> file = Hdf5File::open(SharedBytes(std::move(weights)));
  if (!file.ok()) return file.error().in("model.weights.h5");
  PITLANE_TRY(LayerArrays arrays, LayerArrays::open_numbered(*std::move(file), model));
  return keras::build_network(model, arrays, {"Keras " + version.substr(0, 32), std::nullopt}, options);
}

}  // namespace

Result<Network> import_keras_h5(const std::filesystem::path& path, const ImportOptions& options) {
  PITLANE_TRY(const auto file, LoadedFile::open(path));
  Result<Network> network = import_h5(SharedBytes(file, file->bytes()), options);
  if (!network.ok()) return network.error().in(path.string());
  return network;
}

Result<Network> import_keras_archive(const std::filesystem::path& path, const ImportOptions& options) {
  Result<Network> network = import_archive(path, options);
  if (!network.ok()) return network.error().in(path.string());
  return network;
}

}  // namespace pitlane
