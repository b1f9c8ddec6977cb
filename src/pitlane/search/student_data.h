// What students learn from: the baseline's pictures at their size, with labels between the true ones and its answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/search/auto_search.h"

namespace pitlane {

/// Share of the loss that is distance from the baseline's answers; labels have the rest.
inline constexpr float kTeacherShare = 0.5F;

/// One thread.
class StudentData {
 public:
  /// Of pictures that are held at hand, whatever the machine has.
  static constexpr std::size_t kMostKeptBytes = 1'200'000'000;

  explicit StudentData(const AutoInputs& inputs) : inputs_(inputs) {}

  /// Labels of training samples stand between label and baseline's answer: squared distances from both have the same
  /// gradient as one from there. Validation labels are the true ones. Errors: other samples than the baseline's.
  Result<std::shared_ptr<const Dataset>> of(const Network& student, const ProgressFn& progress);

 private:
  Status blend(Dataset& dataset, const ProgressFn& progress);

  const AutoInputs& inputs_;
  std::optional<Predictions> answers_;
  std::list<std::pair<std::string, std::shared_ptr<const Dataset>>> kept_;  // the latest first
};

}  // namespace pitlane
