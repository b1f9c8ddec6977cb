#include "pitlane/cli/reload.h"

#include <cstddef>
#include <utility>

#include "pitlane/cli/track_source.h"
#include "pitlane/cli/tuning_data.h"

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

}  // namespace pitlane::cli
