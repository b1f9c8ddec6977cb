#include "pitlane/cli/first_look.h"

#include <cstddef>
#include <cstdint>
#include <memory>

#include "pitlane/engine/plan.h"
#include "pitlane/optimize/calibration.h"
#include "pitlane/study/quantity.h"

namespace pitlane::cli {

std::vector<std::string> worthless_outputs(const Accuracy& accuracy) {
  std::vector<std::string> all;
  for (const OutputAccuracy& output : accuracy.outputs)
    if (output.mse_over_variance >= 1)
      all.push_back("The network's own " + output.name + " is no better than always saying the mean (MSE / variance " +
                    significant_text(output.mse_over_variance, 3) +
                    "), so what is made of it is worth as little. Is this its own data? For a model of another "
                    "tool see --pixels, --colours, --frame-crop and --output.");
  return all;
}

Result<std::vector<std::string>> first_look(const Network& network, const Dataset& dataset, const Split& split,
                                            const ProgressFn& progress) {
  constexpr std::size_t kFrames = 512, kFewest = 32;  // the mean of fewer is no measure
  std::vector<std::int64_t> samples = split.validation;
  if (network.states.empty()) samples = evenly_thinned(samples, kFrames);
  if (samples.size() > kFrames) samples.resize(kFrames);
  if (samples.size() < kFewest) return std::vector<std::string>();
  PITLANE_TRY(const auto plan, compile(network));
  const std::unique_ptr<Session> session = plan->new_session();
  PITLANE_TRY(const Predictions predictions, predict(network, *session, dataset, samples, progress));
  return worthless_outputs(accuracy(predictions, dataset, samples));
}

}  // namespace pitlane::cli
