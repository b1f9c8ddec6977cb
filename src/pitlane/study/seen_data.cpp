#include "pitlane/study/seen_data.h"

#include <algorithm>
#include <string>

#include "pitlane/data/one_channel.h"

namespace pitlane {
namespace {

/// Scale and offset are the network's affair: bytes are the same with any.
bool same_bytes(const Preprocessing& a, const Preprocessing& b) {
  return a.source_width == b.source_width && a.source_height == b.source_height && a.crop == b.crop &&
         a.width == b.width && a.height == b.height && a.format == b.format;
}

const Preprocessing& view_of(const Network& network) {
  const auto image = image_input(network);
  PITLANE_CHECK(image.ok());
  return (*image)->preprocessing;
}

}  // namespace

bool same_samples(const Dataset& a, const Dataset& b) {
  return a.session == b.session && a.row == b.row && a.labels.size() == b.labels.size();
}

void blend_labels(Dataset& dataset, std::span<const std::int64_t> samples, std::span<const float> answers,
                  float share) {
  const std::size_t outputs = dataset.outputs.size();
  for (std::size_t i = 0; i < samples.size(); ++i)
    for (std::size_t k = 0; k < outputs; ++k) {
      float& label = dataset.labels[static_cast<std::size_t>(samples[i]) * outputs + k];
      label += share * (answers[i * outputs + k] - label);
    }
  hash_dataset(dataset);
}

SeenData::SeenData(const Network& baseline, const Dataset& own, LoadFn load, std::size_t most_bytes)
    : own_view_(view_of(baseline)), own_(own), load_(std::move(load)), most_bytes_(most_bytes) {}

bool SeenData::is_own(const Network& network) const { return same_bytes(view_of(network), own_view_); }

Result<const Dataset*> SeenData::as(const Network& network, const ProgressFn& progress) {
  PITLANE_TRY(const std::shared_ptr<const Dataset> seen, shared(network, progress));
  return seen.get();
}

Result<std::shared_ptr<const Dataset>> SeenData::shared(const Network& network, const ProgressFn& progress) {
  if (is_own(network)) return std::shared_ptr<const Dataset>(std::shared_ptr<const Dataset>(), &own_);
  const Preprocessing& wanted = view_of(network);
  for (const auto& [view, dataset] : made_)
    if (same_bytes(view, wanted)) return dataset;
  PITLANE_TRY(Dataset made, make(network, wanted, progress));
  made_.emplace_back(wanted, std::make_shared<const Dataset>(std::move(made)));
  std::size_t bytes = 0;
  for (const auto& [view, dataset] : made_) bytes += dataset->pictures.size();
  for (; most_bytes_ > 0 && bytes > most_bytes_ && made_.size() > 1; made_.pop_front())
    bytes -= made_.front().second->pictures.size();
  return made_.back().second;
}

Result<Dataset> SeenData::make(const Network& network, const Preprocessing& wanted, const ProgressFn& progress) const {
  if (is_one_channel_of(wanted, own_view_)) return in_one_channel(own_, own_view_.format, wanted.format);
  if (!load_) return unsupported("the training pictures cannot be had at another size");
  PITLANE_TRY(Dataset made, load_(network, progress));
  if (!same_samples(made, own_))
    return corrupt("the data changed while it was read: " + std::to_string(made.size()) + " samples at the new size, " +
                   std::to_string(own_.size()) + " for the baseline; run again when nobody writes to it");
  return made;
}

SeenByFn SeenData::seen_by() {
  return [this](const Network& network, const ProgressFn& progress) { return as(network, progress); };
}

}  // namespace pitlane
