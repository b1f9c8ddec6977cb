// Decoded samples in memory: network-sized bytes and normalised labels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// What a network sees beside single pictures.
struct SampleNeeds {
  bool history = false;  ///< earlier pictures or speeds, or memory of its own
  bool speed = false, command = false, light = false;
};
SampleNeeds needs_of(const Network& network);

/// Immutable after loading. Pictures went through the same FrameResizer that the robot uses.
struct Dataset {
  int width = 0, height = 0, channels = 0;
  std::vector<OutputSpec> outputs;     ///< names, units and ranges of the labels
  std::vector<std::uint8_t> pictures;  ///< {sample, height, width, channels}
  std::vector<float> labels;           ///< {sample, output}, normalised
  std::vector<int> session;            ///< by sample
  std::vector<std::int64_t> row;  ///< by sample: index of its row (side cameras: of the centre's), for block splits
  std::vector<std::uint8_t> side_camera;  ///< by sample: not 0 = for training only; 1 left, 2 right
  // By sample too, each empty unless the network that the data was loaded for needs it (SampleNeeds):
  std::vector<float> speed_mps;      ///< of the car
  std::vector<int> command;          ///< high-level command, see observation.h
  std::vector<int> light;            ///< traffic light ahead, likewise
  std::vector<int> drive;            ///< within its session: histories do not reach from one into another
  std::vector<std::string> skipped;  ///< images that could not be read, with the reason
  std::string hash;                  ///< of everything above that training sees

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(session.size()); }
  [[nodiscard]] std::size_t picture_bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] std::span<const std::uint8_t> picture(std::int64_t i) const {
    return {pictures.data() + static_cast<std::size_t>(i) * picture_bytes(), picture_bytes()};
  }
  [[nodiscard]] std::span<const float> label(std::int64_t i) const {
    return {labels.data() + static_cast<std::size_t>(i) * outputs.size(), outputs.size()};
  }
};

/// Decodes on all cores; samples stand in the recording's order, centre camera first, then side cameras. 0-byte,
/// truncated, missing or differently sized images are counted, named in `skipped` and left out; if they and the
/// recording's own bad rows are more than a tenth, that is an error. Labels outside the outputs' ranges are clamped
/// and counted in a warning. Frames that were stored preprocessed are taken byte by byte, or made
/// grey where the network sees in grey what was stored in colour.
/// Errors: an output without a label column, labels without variance, frames of another size than the preprocessing's
/// source or stored with another preprocessing, not enough memory.
Result<Dataset> load_dataset(const Recording& recording, const Preprocessing& preprocessing,
                             const std::vector<OutputSpec>& outputs, const ProgressFn& progress = {});

/// The same for what a network needs. Speeds are those measured; where a recording has none but a label "v" in m/s, a
/// car that obeys at once has the speed that the row before ordered. Commands and lights that a recording does not have
/// are 0, with a warning. Side cameras that cannot be told apart have no history: they are left out, with a warning,
/// where one is needed. More errors: a speed that is needed and not known; more than one camera.
Result<Dataset> load_dataset(const Recording& recording, const Network& network, const ProgressFn& progress = {});

/// The same without labels: `outputs` and `labels` stay empty, and the recording need not have those of the network.
Result<Dataset> load_frames(const Recording& recording, const Network& network, const ProgressFn& progress = {});

/// Adds another recording's samples behind its own, their sessions and rows counted on. Errors: pictures of another
/// size, other outputs, loaded for other needs.
Status append(Dataset& dataset, Dataset more);

/// Recomputes `hash` from everything else but `skipped`. About 0.5 GB/s and core.
void hash_dataset(Dataset& dataset);

}  // namespace pitlane
