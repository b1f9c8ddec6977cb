// Offline numbers: how far a network's answers are from labels, or from another network's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/engine/session.h"

namespace pitlane {

struct OutputAccuracy {
  std::string name;
  double mse = 0;                ///< normalised units
  double mae = 0;                ///< normalised units
  double mse_over_variance = 0;  ///< 1 = no better than predicting the labels' mean; 0 where labels do not vary
};

struct Accuracy {
  double mse = 0;  ///< mean over outputs
  double mae = 0;
  std::vector<OutputAccuracy> outputs;
  std::int64_t samples = 0;
};

/// Row-major {sample, output}, normalised.
struct Predictions {
  int outputs = 0;
  std::vector<float> values;
};

/// Every sample of `indices`, the last one too. A network with memory is shown each drive from its start. Outputs in
/// the order of the dataset's labels.
Result<Predictions> predict(const Network& network, Session& session, const Dataset& dataset,
                            std::span<const std::int64_t> indices, const ProgressFn& progress = {});
/// The same in the order of the network's outputs, whatever the data labels.
Result<Predictions> answers(const Network& network, Session& session, const Dataset& dataset,
                            std::span<const std::int64_t> indices, const ProgressFn& progress = {});
Accuracy accuracy(const Predictions& predictions, const Dataset& dataset, std::span<const std::int64_t> indices);
/// Mean squared and largest absolute difference between two networks on the same samples.
struct Agreement {
  double mse = 0, max_abs = 0;
};
Agreement agreement(const Predictions& a, const Predictions& b);

}  // namespace pitlane
