#include <algorithm>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/formats/importers.h"
#include "pitlane/formats/merge_rounding.h"
#include "pitlane/formats/said_meaning.h"
#include "pitlane/formats/tflite/batch_sizes.h"
#include "pitlane/formats/tflite/file.h"
#include "pitlane/formats/tflite/graph_ends.h"
#include "pitlane/formats/tflite/operators.h"
#include "pitlane/formats/tflite/translation.h"

namespace pitlane {
namespace {

using tflite::File;
using tflite::Meaning;
using tflite::Translation;

Result<Network> translate(const File& file, const std::string& name, const ImportOptions& options) {
  std::optional<Meaning> meaning;
  if (file.meaning) {
    PITLANE_TRY(meaning, tflite::read_meaning(*file.meaning, file.inputs.size(), file.outputs.size()));
  }
  NetworkBuilder builder(meaning ? meaning->name : name);
  if (meaning)
    for (const auto& [key, value] : meaning->metadata) builder.metadata(key, value);
  Translation t(file, builder);
  PITLANE_TRY_STATUS(add_inputs(t, options, meaning));
  for (const tflite::Operator& op : file.operators) PITLANE_TRY_STATUS(tflite::translate(t, op));
  PITLANE_TRY_STATUS(add_graph_outputs(t, options, meaning));
  if (!t.notes().empty()) builder.metadata("assumed of the file", t.notes());
  if (!meaning) builder.metadata("source", "TFLite file" + (file.description.empty() ? "" : ": " + file.description));
  const auto quantizations = t.quantizations();
  PITLANE_TRY(Network network, std::move(builder).build());
  for (const auto& [value, quantization] : quantizations)
    network.values[static_cast<std::size_t>(value)].quantization = quantization;
  merge_rounding(network);
  if (meaning) PITLANE_TRY_STATUS(restate(network, options));
  PITLANE_TRY_STATUS(validate(network));
  return network;
}

}  // namespace

Result<Network> parse_tflite(const SharedBytes& bytes, const std::string& name, const ImportOptions& options) {
  PITLANE_TRY(File file, tflite::parse_file(bytes));
  tflite::find_batch_sizes(file);
  return translate(file, name, options);
}

Result<Network> import_tflite(const std::filesystem::path& path, const ImportOptions& options) {
  PITLANE_TRY(const auto file, LoadedFile::open(path));
  Result<Network> network = parse_tflite(SharedBytes(file, file->bytes()), path.stem().string(), options);
  if (!network.ok()) return network.error().in(path.string());
  return network;
}

}  // namespace pitlane
