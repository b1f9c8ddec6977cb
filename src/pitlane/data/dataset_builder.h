// A dataset made in memory, picture by picture: for simulators and tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"

namespace pitlane {

/// The car's state at a sample, as in Dataset.
struct SampleState {
  float speed_mps = 0;
  int command = 0, light = 0, drive = 0;
};

/// One thread.
class DatasetBuilder {
 public:
  /// Pictures are `preprocessing`'s network size and channel order. Errors: preprocessing that is not valid, no
  /// or contradictory outputs.
  static Result<DatasetBuilder> create(const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs,
                                       const SampleNeeds& needs = {});

  /// Makes room; not needed.
  void reserve(std::int64_t samples);
  /// `picture`: height * width * channels bytes. `labels`: physical, by output. `session`: lap or drive; samples of
  /// one are neighbours in time and are added one after another.
  /// `state`: what `needs` ask for is kept.
  void add(std::span<const std::uint8_t> picture, std::span<const float> labels, int session,
           const SampleState& state = {});

  [[nodiscard]] std::int64_t size() const { return dataset_.size(); }

  /// Normalises, checks as load_dataset does, and hashes.
  Result<Dataset> finish() &&;

 private:
  DatasetBuilder(Dataset dataset, const SampleNeeds& needs) : dataset_(std::move(dataset)), needs_(needs) {}
  Dataset dataset_;
  SampleNeeds needs_;
};

/// An empty dataset of the right shape; the common part of everything that makes one. Outputs are not looked at.
Result<Dataset> empty_dataset(const Preprocessing& preprocessing, const std::vector<OutputSpec>& outputs);

}  // namespace pitlane
