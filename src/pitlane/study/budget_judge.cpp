#include "pitlane/study/budget_judge.h"

#include <memory>
#include <vector>

#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"

namespace pitlane {

std::vector<OutputError> output_errors(const Accuracy& accuracy) {
  std::vector<OutputError> errors;
  for (const OutputAccuracy& output : accuracy.outputs) errors.push_back({output.name, output.mse, output.mae});
  return errors;
}

JudgeFn judge_on(SeenData& data, const Split& split) {
  return [&data, &split](const Network& network, const ProgressFn& progress) -> Result<std::vector<OutputError>> {
    if (split.validation.empty())
      return invalid_argument(
          "a budget is measured on validation data, and the split leaves none; give another --split");
    PITLANE_TRY(const Dataset* dataset, data.as(network, progress));
    PITLANE_TRY(const auto plan, compile(network));
    const std::unique_ptr<Session> session = plan->new_session();
    PITLANE_TRY(const Predictions answers, predict(network, *session, *dataset, split.validation, progress));
    return output_errors(accuracy(answers, *dataset, split.validation));
  };
}

}  // namespace pitlane
