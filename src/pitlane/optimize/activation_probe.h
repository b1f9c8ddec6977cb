// Looks at values inside a network while it runs on pictures of a dataset.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/sample_inputs.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// The network compiled with the watched values as its outputs, so that the engine's fast kernels compute them (a
/// millisecond a picture where the reference takes a tenth of a second) and nothing behind them runs. One thread.
class ActivationProbe {
 public:
  /// `values` are distinct. A network with memory is shown the kRemembered samples of the same drive before each sample
  /// first. Errors: data that does not fit the network.
  static Result<ActivationProbe> create(const Network& network, const Dataset& dataset,
                                        const std::vector<ValueId>& values);

  /// Called for each sample and watched value, `which` being an index into `values`.
  using Visitor = std::function<void(std::size_t which, std::span<const float> activations)>;
  Status run(std::span<const std::int64_t> samples, const Visitor& visit, const ProgressFn& progress);

 private:
  static constexpr std::int64_t kRemembered = 24;  // as long as the windows of a training

  ActivationProbe(SampleInputs inputs, bool remembers, std::unique_ptr<Session> session);
  [[nodiscard]] std::vector<std::int64_t> way_to(std::int64_t sample) const;

  SampleInputs inputs_;
  bool remembers_;
  std::unique_ptr<Session> session_;
  std::vector<std::vector<float>> activations_;
};

}  // namespace pitlane
