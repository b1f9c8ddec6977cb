#include "pitlane/cli/simulated_data.h"

#include <utility>

#include "pitlane/cli/track_source.h"
#include "pitlane/core/random.h"
#include "pitlane/data/dataset_builder.h"
#include "pitlane/sim/recorder.h"

namespace pitlane::cli {
namespace {

// Other laps than `record` with the same seed drives: a network must not be judged by the frames it learned from.
constexpr std::uint64_t kOwnLaps = 0x70E5;

// Labels in the order of the network's outputs.
Result<std::vector<bool>> speeds_among(const std::vector<OutputSpec>& outputs) {
  std::vector<bool> is_speed;
  for (const OutputSpec& output : outputs) {
    if (output.name != "v" && output.name != "w")
      return invalid_argument("the simulator's expert labels v and w, not '" + output.name +
                              "'; give a recording with --data DIR");
    is_speed.push_back(output.name == "v");
  }
  return is_speed;
}

}  // namespace

Result<OpenedData> simulate_data(const std::vector<std::shared_ptr<const Track>>& tracks, const Network& network,
                                 std::int64_t frames, std::uint64_t seed, const ProgressFn& progress) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  PITLANE_TRY(const std::vector<bool> is_speed, speeds_among(network.outputs));
  PITLANE_TRY(DatasetBuilder builder, DatasetBuilder::create(image->preprocessing, network.outputs));
  PITLANE_TRY(const SimOptions sim, sim_options_for(network));
  RecordOptions options;
  options.camera = sim.camera;
  options.driven_frames = frames * 2 / 3;
  options.random_frames = frames - options.driven_frames;
  options.seed = mix64(seed ^ kOwnLaps);
  options.preprocessing = image->preprocessing;
  const FrameSink sink = [&](const RecordedFrame& frame) -> Status {
    std::vector<float> labels;
    for (const bool speed : is_speed)
      labels.push_back(static_cast<float>(speed ? frame.label.v_mps : frame.label.w_radps));
    builder.add(frame.picture, labels, frame.session);
    return {};
  };
  PITLANE_TRY_STATUS(record_frames(tracks, options, sink, progress));
  PITLANE_TRY(Dataset dataset, std::move(builder).finish());
  PITLANE_TRY(Split split, split_dataset(dataset, "session"));
  std::string names;
  for (const auto& track : tracks) names += (names.empty() ? "" : ", ") + track->circuit.name();
  std::string text = "the expert's laps on " + names + ": " + split.description;
  return OpenedData{std::move(dataset), std::move(split), std::move(text)};
}

}  // namespace pitlane::cli
