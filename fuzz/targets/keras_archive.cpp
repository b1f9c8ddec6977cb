// Keras 3's .keras: an archive with the layers as JSON and the weights as HDF5. The input is config.json, a zero byte,
// and the weights: what a fuzzer does to an archive would end at its checksums. See zip_archive for those.
#include "formats/zip_writer.h"
#include "fuzz/models.h"
#include "fuzz/networks.h"
#include "pitlane/formats/keras/export_keras.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  Draw draw(input);
  ZipWriter archive;
  archive.add("metadata.json", R"({"keras_version": "3.5.0"})");
  archive.add("config.json", std::string(draw.text()));
  archive.add("model.weights.h5", std::string(text(draw.rest())));
  import_and_check("model.keras", bytes_of(archive.bytes()));
}

void add_seeds(Seeds& seeds) {
  const std::string config = R"({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [
    {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 6, 8, 3], "name": "image"}},
    {"module": "keras.layers", "class_name": "Rescaling", "config": {"name": "r", "scale": 0.5, "offset": -1}},
    {"module": "keras.layers", "class_name": "MaxPooling2D", "config": {"name": "p", "pool_size": [2, 2],
     "strides": [2, 2], "padding": "valid"}},
    {"module": "keras.layers", "class_name": "GlobalAveragePooling2D", "config": {"name": "g"}}]}})";
  const auto weights = serialize_keras(small_networks().at("convolutional"));
  PITLANE_CHECK(weights.ok());
  seeds.add("layers-without-weights.keras", config + std::string(1, '\0') + std::string(text(*weights)));
}

}  // namespace pitlane::fuzz
