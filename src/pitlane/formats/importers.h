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

/// TensorFlow Lite, float and quantised; see docs/formats/tflite.md.
Result<Network> import_tflite(const std::filesystem::path& path, const ImportOptions& options);
/// The same from memory; `name` becomes the network's.
Result<Network> parse_tflite(const SharedBytes& bytes, const std::string& name, const ImportOptions& options);

}  // namespace pitlane
