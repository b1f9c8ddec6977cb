#include "pitlane/cli/export_ranges.h"

#include "pitlane/cli/tuning_data.h"
#include "pitlane/optimize/value_ranges.h"

namespace pitlane::cli {

Result<std::vector<std::optional<ValueRange>>> ranges_on(const Network& prepared, const Dataset& data,
                                                         const Split& split, const ProgressFn& progress) {
  PITLANE_TRY(const auto measured, measure_value_ranges(prepared, data, split, progress));
  std::vector<std::optional<ValueRange>> ranges;
  for (const auto& range : measured)
    ranges.push_back(range ? std::optional(ValueRange{range->low, range->high}) : std::nullopt);
  return ranges;
}

Result<std::vector<std::optional<ValueRange>>> simulated_ranges(const Network& prepared, const ProgressFn& progress) {
  if (!drives_directly(prepared))
    return unsupported(
        "a .tflite of int8 needs ranges that this network does not say, and the simulator's expert shows v and w only; "
        "make one with 'pitlane convert ... --data RECORDING' and drive that");
  PITLANE_TRY(const OpenedData data, open_tuning_data({}, {}, prepared, kCalibrationFrames, 1, progress));
  return ranges_on(prepared, data.dataset, data.split, progress);
}

}  // namespace pitlane::cli
