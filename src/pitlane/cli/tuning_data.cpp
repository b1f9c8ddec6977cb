#include "pitlane/cli/tuning_data.h"

#include <algorithm>
#include <memory>
#include <string>

#include "pitlane/cli/simulated_data.h"
#include "pitlane/cli/track_source.h"

namespace pitlane::cli {
namespace {

std::vector<std::shared_ptr<const Track>> data_tracks(const std::vector<std::shared_ptr<const Track>>& tracks,
                                                      const Network& network) {
  const std::vector<std::string> trained = trained_circuits(network);
  std::vector<std::shared_ptr<const Track>> out;
  for (const auto& track : tracks) {
    const bool known = std::find(trained.begin(), trained.end(), track->circuit.name()) != trained.end();
    if (trained.empty() ? !track->circuit.definition().held_out : known) out.push_back(track);
  }
  return out;
}

}  // namespace

bool drives_directly(const Network& network) {
  const auto has = [&](const char* name) {
    return std::any_of(network.outputs.begin(), network.outputs.end(),
                       [&](const OutputSpec& o) { return o.name == name; });
  };
  return has("v") && has("w");
}

Result<OpenedData> open_tuning_data(const DataFlags& flags, const std::vector<Recording>& recordings,
                                    const Network& network, std::int64_t frames, std::uint64_t seed,
                                    const ProgressFn& progress) {
  if (!recordings.empty()) return open_data(flags, recordings, network, progress);
  if (!drives_directly(network))
    return invalid_argument("this network needs --data DIR: the simulator's expert labels v and w only");
  PITLANE_TRY(const auto own, open_tracks({}));
  const auto tracks = data_tracks(own, network);
  if (tracks.empty()) return invalid_argument("no circuit is free for tuning data; give a recording with --data DIR");
  return simulate_data(tracks, network, frames, seed, progress);
}

}  // namespace pitlane::cli
