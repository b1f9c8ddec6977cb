// TensorFlow Lite files.
#include "fuzz/models.h"
#include "fuzz/networks.h"
#include "pitlane/formats/tflite/export_tflite.h"

namespace pitlane::fuzz {

void run(Bytes input) { import_and_check("model.tflite", input); }

void add_seeds(Seeds& seeds) {
  for (const auto& [name, network] : small_networks()) {
    for (const auto& [ending, precision] :
         {std::pair{"", TflitePrecision::kFloat32}, std::pair{"-half", TflitePrecision::kFloat16},
          std::pair{"-dynamic", TflitePrecision::kDynamic}, std::pair{"-int8", TflitePrecision::kInt8}}) {
      TfliteExportOptions options;
      options.precision = precision;
      const auto file = write_tflite(network, options);
      if (file) seeds.add(name + ending + ".tflite", *file);  // not every network can be every kind
    }
  }
}

}  // namespace pitlane::fuzz
