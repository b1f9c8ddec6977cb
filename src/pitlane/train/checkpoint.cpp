#include "pitlane/train/checkpoint.h"

#include <algorithm>
#include <system_error>

#include "pitlane/core/file.h"
#include "pitlane/train/checkpoint_format.h"

namespace pitlane {
namespace {

constexpr const char* kRemedy = "; delete it to start again, or name another file";

Error about(const std::filesystem::path& path, ErrorKind kind, const std::string& text) {
  return {kind, "checkpoint " + path.string() + ": " + text + kRemedy};
}

bool same_sizes(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
  return std::ranges::equal(a, b, {}, &std::vector<float>::size, &std::vector<float>::size);
}

bool same_moments(const std::vector<AdamMoments>& a, const std::vector<AdamMoments>& b) {
  return std::ranges::equal(a, b, [](const AdamMoments& x, const AdamMoments& y) {
    return x.first.size() == y.first.size() && x.second.size() == y.second.size();
  });
}

}  // namespace

Status save_checkpoint(const std::filesystem::path& path, const TrainState& state) {
  const Status status = write_file(path, encode_checkpoint(state));
  return status.ok() ? status : status.error().in("checkpoint");
}

Result<std::optional<TrainState>> load_checkpoint(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::optional<TrainState>();
  PITLANE_TRY(const std::vector<std::byte> bytes, read_file(path));
  Result<TrainState> state = decode_checkpoint(bytes);
  if (!state.ok()) return about(path, state.error().kind(), state.error().message());
  return std::optional<TrainState>(*std::move(state));
}

Status check_key(const TrainKey& found, const TrainKey& wanted, const std::filesystem::path& path) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i >= found.size() || found[i].first != wanted[i].first)
      return about(path, ErrorKind::kInvalidArgument, "it does not say its " + wanted[i].first);
    if (found[i].second != wanted[i].second)
      return about(path, ErrorKind::kInvalidArgument,
                   "it is of another training: " + wanted[i].first + " is " + wanted[i].second + " now and was " +
                       found[i].second);
  }
  if (found.size() != wanted.size()) return about(path, ErrorKind::kInvalidArgument, "it has more options than known");
  return {};
}

Status check_sizes(const TrainState& found, const TrainState& start, const std::filesystem::path& path) {
  const bool fits = same_sizes(found.weights, start.weights) && same_sizes(found.best_weights, start.weights) &&
                    same_sizes(found.averages, start.averages) && same_moments(found.moments, start.moments) &&
                    found.epochs_done >= 1 && found.best_epoch >= 1 && found.best_epoch <= found.epochs_done &&
                    found.step >= 0 && found.history.size() == static_cast<std::size_t>(found.epochs_done);
  return fits ? Status() : about(path, ErrorKind::kCorrupt, "damaged (its tensors are not those of the network)");
}

}  // namespace pitlane
