#include "pitlane/data/dataset_builder.h"

#include <utility>

#include "pitlane/data/labels.h"

namespace pitlane {

Result<Dataset> empty_dataset(const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs) {
  PITLANE_TRY_STATUS(validate(preprocessing));
  Dataset out;
  out.width = preprocessing.width;
  out.height = preprocessing.height;
  out.channels = channels_of(preprocessing.format);
  out.outputs = outputs;
  return out;
}

Result<DatasetBuilder> DatasetBuilder::create(const Preprocessing& preprocessing,
                                              const std::vector<OutputSpec>& outputs, const SampleNeeds& needs) {
  PITLANE_TRY_STATUS(validate_outputs(outputs));
  PITLANE_TRY(Dataset dataset, empty_dataset(preprocessing, outputs));
  return DatasetBuilder(std::move(dataset), needs);
}

void DatasetBuilder::reserve(std::int64_t samples) {
  const auto count = static_cast<std::size_t>(samples);
  dataset_.pictures.reserve(count * dataset_.picture_bytes());
  dataset_.labels.reserve(count * dataset_.outputs.size());
}

void DatasetBuilder::add(std::span<const std::uint8_t> picture, std::span<const float> labels, int session,
                         const SampleState& state) {
  PITLANE_CHECK(picture.size() == dataset_.picture_bytes());
  PITLANE_CHECK(labels.size() == dataset_.outputs.size());
  dataset_.row.push_back(dataset_.size());
  dataset_.pictures.insert(dataset_.pictures.end(), picture.begin(), picture.end());
  dataset_.labels.insert(dataset_.labels.end(), labels.begin(), labels.end());
  dataset_.session.push_back(session);
  dataset_.side_camera.push_back(0);
  if (needs_.speed) dataset_.speed_mps.push_back(state.speed_mps);
  if (needs_.command) dataset_.command.push_back(state.command);
  if (needs_.light) dataset_.light.push_back(state.light);
  if (needs_.history) dataset_.drive.push_back(state.drive);
}

Result<Dataset> DatasetBuilder::finish() && {
  PITLANE_TRY_STATUS(normalise_labels(dataset_));
  hash_dataset(dataset_);
  return std::move(dataset_);
}

}  // namespace pitlane
