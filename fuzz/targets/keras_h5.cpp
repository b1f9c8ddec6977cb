// Keras' HDF5 files.
#include "fuzz/models.h"
#include "fuzz/networks.h"
#include "pitlane/formats/keras/export_keras.h"

namespace pitlane::fuzz {

void run(Bytes input) { import_and_check("model.h5", input); }

void add_seeds(Seeds& seeds) {
  for (const auto& [name, network] : small_networks()) {
    const auto file = serialize_keras(network);
    if (file) seeds.add(name + ".h5", *file);  // not with memory between runs
  }
}

}  // namespace pitlane::fuzz
