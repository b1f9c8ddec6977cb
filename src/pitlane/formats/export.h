// A Network becomes a file of another tool; the file's ending says which.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/export_tflite.h"
#include "pitlane/network/network.h"

namespace pitlane {

enum class ExportKind { kPit, kOnnx, kTflite, kKeras };

enum class ExportPrecision {
  kAuto,     ///< what the weights are
  kFloat32,  ///< weights widened where they are smaller
  kFloat16,
  kDynamic,  ///< int8 weights, activations measured in each run
  kInt8,     ///< int8 weights and activations
};

struct ExportOptions {
  ExportKind kind = ExportKind::kPit;
  ExportPrecision precision = ExportPrecision::kAuto;
  TfliteIo io = TfliteIo::kFloat;  ///< of kTflite with kInt8
  bool raw_input = false;          ///< of kOnnx, see OnnxExportOptions
  /// Of kTflite with kInt8, see TfliteExportOptions.
  std::vector<std::optional<ValueRange>> ranges = {};

  /// "TFLite, int8"
  [[nodiscard]] std::string description() const;
};

/// From words of the command line. Errors: an ending or a word that is not known, a precision that the kind has not.
Result<ExportOptions> export_options(const std::filesystem::path& out, const std::string& precision,
                                     const std::string& io);

/// What `network` would be written as; of a definite precision, that.
ExportPrecision definite_precision(const Network& network, const ExportOptions& options);

/// Errors: integers at the ends of a network whose precision is known to be another.
Status check_ends(const ExportOptions& options);

/// kAuto made definite, and activations apart from their layers where the kind wants it: what export_network is given.
Network prepared_for(Network network, ExportOptions& options);

/// Must ExportOptions::ranges be measured first?
bool needs_ranges(const ExportOptions& options);

/// How many layers a file of int8 activations rounds: all but those that only move numbers.
int rounded_layers(const Network& network);

/// Returns the file's size in bytes. Errors name the file, and the layer that the kind has no words for, and the
/// remedy; then there is no file.
Result<std::int64_t> export_network(const Network& network, const ExportOptions& options,
                                    const std::filesystem::path& out, Existing existing = Existing::kReplace);

}  // namespace pitlane
