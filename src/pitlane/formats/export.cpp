#include "pitlane/formats/export.h"

#include <algorithm>
#include <array>
#include <utility>

#include "pitlane/formats/keras/export_keras.h"
#include "pitlane/formats/onnx/export_onnx.h"
#include "pitlane/formats/tflite/activation_grids.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

struct KindWord {
  const char* ending;
  const char* name;
  ExportKind kind;
};
constexpr std::array kExportKinds = {
    KindWord{".pit", "Pitlane", ExportKind::kPit}, KindWord{".onnx", "ONNX", ExportKind::kOnnx},
    KindWord{".tflite", "TFLite", ExportKind::kTflite}, KindWord{".h5", "Keras HDF5", ExportKind::kKeras}};

constexpr std::array kPrecisions = {
    std::pair{"auto", ExportPrecision::kAuto}, std::pair{"float32", ExportPrecision::kFloat32},
    std::pair{"float16", ExportPrecision::kFloat16}, std::pair{"dynamic", ExportPrecision::kDynamic},
    std::pair{"int8", ExportPrecision::kInt8}};

constexpr std::array kIos = {std::pair{"float", TfliteIo::kFloat}, std::pair{"int8", TfliteIo::kInt8},
                             std::pair{"uint8", TfliteIo::kUint8}};

const char* word_of(ExportPrecision precision) {
  return std::ranges::find(kPrecisions, precision, [](const auto& word) { return word.second; })->first;
}

/// A .pit holds the network as it is, and Keras knows real numbers alone.
bool has_precision(ExportKind kind, ExportPrecision precision) {
  if (precision == ExportPrecision::kAuto) return true;
  if (kind == ExportKind::kPit) return false;
  return kind != ExportKind::kKeras || precision == ExportPrecision::kFloat32;
}

ExportPrecision precision_of(const Network& network) {
  const auto stored = [&](Storage storage) {
    return std::ranges::any_of(network.weights, [storage](const Weight& w) { return w.storage == storage; });
  };
  if (stored(Storage::kI8)) {
    const bool fixed = std::ranges::any_of(network.values, [](const Value& v) { return v.quantization.has_value(); });
    return fixed ? ExportPrecision::kInt8 : ExportPrecision::kDynamic;
  }
  return stored(Storage::kF16) ? ExportPrecision::kFloat16 : ExportPrecision::kFloat32;
}

OnnxPrecision onnx_precision(ExportPrecision precision) {
  if (precision == ExportPrecision::kFloat16) return OnnxPrecision::kFloat16;
  return precision == ExportPrecision::kFloat32 ? OnnxPrecision::kFloat : OnnxPrecision::kQdq;
}

TflitePrecision tflite_precision(ExportPrecision precision) {
  switch (precision) {
    case ExportPrecision::kFloat16:
      return TflitePrecision::kFloat16;
    case ExportPrecision::kDynamic:
      return TflitePrecision::kDynamic;
    case ExportPrecision::kInt8:
      return TflitePrecision::kInt8;
    default:
      return TflitePrecision::kFloat32;
  }
}

Result<std::vector<std::byte>> serialized(const Network& network, const ExportOptions& options) {
  switch (options.kind) {
    case ExportKind::kPit:
      return serialize_pit(network);
    case ExportKind::kOnnx:
      return serialize_onnx(network, {onnx_precision(options.precision), options.raw_input});
    case ExportKind::kTflite:
      return write_tflite(network, {tflite_precision(options.precision), options.io, options.ranges});
    case ExportKind::kKeras:
      return serialize_keras(network);
  }
  return invalid_argument("unknown kind of file");
}

}  // namespace

std::string ExportOptions::description() const {
  std::string text = std::ranges::find(kExportKinds, kind, &KindWord::kind)->name;
  if (kind != ExportKind::kPit) text += std::string(", ") + word_of(precision);
  return text;
}

Result<ExportOptions> export_options(const fs::path& out, const std::string& precision, const std::string& io) {
  ExportOptions options;
  const auto kind = std::ranges::find(kExportKinds, out.extension().string(), &KindWord::ending);
  if (kind == kExportKinds.end())
    return invalid_argument(out.string() + ": its ending must say the kind: .pit, .onnx, .tflite or .h5");
  options.kind = kind->kind;
  const auto word = std::ranges::find(kPrecisions, precision, [](const auto& w) { return std::string(w.first); });
  if (word == kPrecisions.end())
    return invalid_argument("--precision: must be auto, float32, float16, dynamic or int8, not '" + precision + "'");
  options.precision = word->second;
  if (!has_precision(options.kind, options.precision))
    return invalid_argument(
        std::string("--precision ") + precision + ": a " + kind->ending + " has " +
        (options.kind == ExportKind::kPit ? "what its weights are; choose it with --strategy" : "float32 only"));
  const auto io_word = std::ranges::find(kIos, io, [](const auto& w) { return std::string(w.first); });
  if (io_word == kIos.end()) return invalid_argument("--io: must be float, int8 or uint8, not '" + io + "'");
  options.io = io_word->second;
  if (options.io != TfliteIo::kFloat && options.kind != ExportKind::kTflite)
    return invalid_argument("--io " + io + ": only a .tflite has integers at its ends");
  PITLANE_TRY_STATUS(check_ends(options));
  return options;
}

ExportPrecision definite_precision(const Network& network, const ExportOptions& options) {
  if (options.precision != ExportPrecision::kAuto) return options.precision;
  return options.kind == ExportKind::kKeras ? ExportPrecision::kFloat32 : precision_of(network);
}

Network prepared_for(Network network, ExportOptions& options) {
  options.precision = definite_precision(network, options);
  if (needs_ranges(options)) return with_separate_activations(network);
  return network;
}

Status check_ends(const ExportOptions& options) {
  const bool known = options.precision != ExportPrecision::kAuto;
  if (options.io == TfliteIo::kFloat || !known || options.precision == ExportPrecision::kInt8) return {};
  const char* const io = std::ranges::find(kIos, options.io, [](const auto& w) { return w.second; })->first;
  return invalid_argument(std::string("--io ") + io + ": needs a network of int8, not " + word_of(options.precision) +
                          "; add --precision int8, or leave --io out");
}

bool needs_ranges(const ExportOptions& options) {
  return options.kind == ExportKind::kTflite && options.precision == ExportPrecision::kInt8;
}

int rounded_layers(const Network& network) {
  return static_cast<int>(
      std::ranges::count_if(network.nodes, [](const Node& node) { return !tflite::keeps_grid(node.op); }));
}

Result<std::int64_t> export_network(const Network& network, const ExportOptions& options, const fs::path& out,
                                    Existing existing) {
  const Result<std::vector<std::byte>> bytes = serialized(network, options);
  if (!bytes.ok()) return bytes.error().in(out.string());
  PITLANE_TRY_STATUS(write_file(out, *bytes, existing));
  return static_cast<std::int64_t>(bytes->size());
}

}  // namespace pitlane
