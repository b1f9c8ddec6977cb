#include "noise.h"

#include <cstddef>
#include <cstdint>

#include "pitlane/core/random.h"

namespace pitlane::bench {

FamilyOptions two_outputs() {
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 0, 1, -1, 0}, {"w", "rad/s", -1, 1, -1, 0}};
  return options;
}

Dataset noise(const Network& network, int samples) {
  const Shape& shape = network.values[static_cast<std::size_t>(network.inputs[0].value)].shape;
  Dataset d;
  d.height = static_cast<int>(shape[0]);
  d.width = static_cast<int>(shape[1]);
  d.channels = static_cast<int>(shape[2]);
  d.outputs = network.outputs;
  Random random(1);
  d.pictures.resize(static_cast<std::size_t>(samples) * d.picture_bytes());
  for (auto& byte : d.pictures) byte = static_cast<std::uint8_t>(random.next());
  for (int i = 0; i < samples; ++i) {
    for (std::size_t k = 0; k < d.outputs.size(); ++k) d.labels.push_back(static_cast<float>(random.uniform()));
    d.session.push_back(0);
    d.row.push_back(i);
    d.side_camera.push_back(0);
  }
  hash_dataset(d);
  return d;
}

Split all_to_train(const Dataset& dataset) {
  Split split;
  for (std::int64_t i = 0; i < dataset.size(); ++i) split.train.push_back(i);
  split.validation = {0};
  return split;
}

}  // namespace pitlane::bench
