// A dataset made in memory, picture by picture: for simulators and tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"

namespace pitlane {

/// One thread.
class DatasetBuilder {
 public:
  /// Pictures are `preprocessing`'s network size and channel order. Errors: preprocessing that is not valid, several
  /// frames a sample, no or contradictory outputs.
  static Result<DatasetBuilder> create(const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs);

  /// Makes room; not needed.
  void reserve(std::int64_t samples);
  /// `picture`: height * width * channels bytes. `labels`: physical, by output. `session`: lap or drive; samples of
  /// one are neighbours in time and are added one after another.
  void add(std::span<const std::uint8_t> picture, std::span<const float> labels, int session);

  [[nodiscard]] std::int64_t size() const { return dataset_.size(); }

  /// Normalises, checks as load_dataset does, and hashes.
  Result<Dataset> finish() &&;

 private:
  explicit DatasetBuilder(Dataset dataset) : dataset_(std::move(dataset)) {}
  Dataset dataset_;
};

/// An empty dataset of the right shape; the common part of everything that makes one.
Result<Dataset> empty_dataset(const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs);

}  // namespace pitlane
