#include "pitlane/cli/reload.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "pitlane/cli/track_source.h"
#include "pitlane/cli/tuning_data.h"
#include "pitlane/optimize/recipe_changes.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane::cli {
namespace {

Result<Dataset> decoded(const std::vector<Recording>& recordings, const Network& network, const ProgressFn& progress) {
  Dataset dataset;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    PITLANE_TRY(Dataset loaded, load_dataset(recordings[i], network, progress));
    if (i == 0)
      dataset = std::move(loaded);
    else
      PITLANE_TRY_STATUS(append(dataset, std::move(loaded)));
  }
  return dataset;
}

}  // namespace

LoadFn reload_from(const DataFlags& flags, const std::vector<Recording>& recordings, const Network& baseline,
                   std::int64_t frames, std::uint64_t seed) {
  return [&flags, &recordings, &baseline, frames, seed](const Network& network,
                                                        const ProgressFn& progress) -> Result<Dataset> {
    if (!recordings.empty()) return decoded(recordings, network, progress);
    Network same_circuits = network;
    set_trained_circuits(same_circuits, trained_circuits(baseline));
    PITLANE_TRY(OpenedData data, open_tuning_data(flags, {}, same_circuits, frames, seed, progress));
    return std::move(data.dataset);
  };
}

Status check_whole_frames(const std::vector<Recording>& recordings, const std::string& who) {
  for (const Recording& recording : recordings)
    if (recording.stored)
      return invalid_argument(recording.directory.string() + ": holds pictures at one network's size, and " + who +
                              " looks at others too; record it with --whole-frames, or leave --data out");
  return {};
}

std::string leave_out_smaller(std::vector<std::string>& names, const std::vector<Recording>& recordings) {
  const auto stored = std::ranges::find_if(recordings, [](const Recording& r) { return r.stored.has_value(); });
  if (stored == recordings.end()) return "";
  std::string left_out;
  names.clear();
  for (const Strategy& strategy : strategies())
    if (scales_input(strategy))
      left_out += (left_out.empty() ? "" : ", ") + std::string(strategy.name);
    else
      names.emplace_back(strategy.name);
  return "Left out: " + left_out + ". " + stored->directory.string() +
         " holds pictures at one network's size; record it with --whole-frames to have them smaller.";
}

}  // namespace pitlane::cli
