// ONNX files.
#include "fuzz/models.h"
#include "fuzz/networks.h"
#include "pitlane/formats/onnx/export_onnx.h"

namespace pitlane::fuzz {

void run(Bytes input) { import_and_check("model.onnx", input); }

void add_seeds(Seeds& seeds) {
  for (const auto& [name, network] : small_networks()) {
    for (const auto& [ending, precision] :
         {std::pair{"", OnnxPrecision::kFloat}, std::pair{"-half", OnnxPrecision::kFloat16},
          std::pair{"-qdq", OnnxPrecision::kQdq}}) {
      OnnxExportOptions options;
      options.precision = precision;
      const auto file = serialize_onnx(network, options);
      if (file) seeds.add(name + ending + ".onnx", *file);  // not every network has int8 weights
    }
  }
}

}  // namespace pitlane::fuzz
