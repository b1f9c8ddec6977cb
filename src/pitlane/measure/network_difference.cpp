#include "pitlane/measure/network_difference.h"

#include <algorithm>
#include <string>
#include <vector>

#include "pitlane/measure/network_runner.h"

namespace pitlane {
namespace {

Status check_alike(const Network& a, const Network& b, const NetworkRunner& ra, const NetworkRunner& rb) {
  const auto alike = [](const TensorSpec& x, const TensorSpec& y) {
    return x.type == y.type && element_count(x.shape) == element_count(y.shape);
  };
  if (!std::ranges::equal(ra.inputs(), rb.inputs(), alike))
    return invalid_argument("the networks read inputs of different number or size");
  if (a.outputs.size() != b.outputs.size())
    return invalid_argument("the networks have " + std::to_string(a.outputs.size()) + " and " +
                            std::to_string(b.outputs.size()) + " outputs");
  return {};
}

}  // namespace

Result<NetworkDifference> compare_networks(const Network& a, const Network& b, std::int64_t count,
                                           const DrawOptions& options, const ProgressFn& progress) {
  PITLANE_TRY(NetworkRunner first, NetworkRunner::create(a));
  PITLANE_TRY(NetworkRunner second, NetworkRunner::create(b));
  PITLANE_TRY_STATUS(check_alike(a, b, first, second));
  DrawnInputs inputs(a, options);
  NetworkDifference difference;
  for (; difference.pictures < count; ++difference.pictures) {
    if (!report(progress, {"compare", difference.pictures, count, ""})) return interrupted();
    if (difference.pictures % kRunsWithMemory == 0) {
      first.reset();
      second.reset();
    }
    const std::vector<TensorView>& shown = inputs.next();
    PITLANE_TRY(const std::vector<float> x, first.run(shown));
    PITLANE_TRY(const std::vector<float> y, second.run(shown));
    difference.largest = std::max(difference.largest, largest_difference(x, y));
  }
  return difference;
}

}  // namespace pitlane
