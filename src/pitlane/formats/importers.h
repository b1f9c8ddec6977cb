// One importer a kind of file; see import.h for what all of them promise.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// The first bytes of a file, at least 16 where it has them, and its name.
struct FileHead {
  std::span<const std::byte> bytes;
  const std::filesystem::path& path;

  [[nodiscard]] bool has(std::size_t offset, const char* text) const;
};

/// State dicts of torch.save; see docs/formats/pytorch.md.
bool recognises_pytorch(const FileHead& head);
Result<Network> import_pytorch(const std::filesystem::path& path, const ImportOptions& options);
/// ONNX: real numbers, Q/DQ int8, and what onnxruntime's dynamic quantizer writes. See docs/formats/onnx.md.
bool is_onnx(const FileHead& head);
Result<Network> import_onnx(const std::filesystem::path& path, const ImportOptions& options);
/// keras/: .h5 of Keras 1 to 3; .keras. See docs/formats/keras.md.
Result<Network> import_keras_h5(const std::filesystem::path& path, const ImportOptions& options);
Result<Network> import_keras_archive(const std::filesystem::path& path, const ImportOptions& options);
/// TensorFlow Lite, float and quantised; see docs/formats/tflite.md.
Result<Network> import_tflite(const std::filesystem::path& path, const ImportOptions& options);
/// The same from memory; `name` becomes the network's.
Result<Network> parse_tflite(const SharedBytes& bytes, const std::string& name, const ImportOptions& options);

}  // namespace pitlane
