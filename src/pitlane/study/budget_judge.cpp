#include "pitlane/study/budget_judge.h"

#include <memory>
#include <vector>

#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"

namespace pitlane {

namespace {

Result<std::vector<OutputError>> errors_on(const Dataset& dataset, const Split& split, const Network& network,
                                           const ProgressFn& progress) {
  PITLANE_TRY(const auto plan, compile(network));
  const std::unique_ptr<Session> session = plan->new_session();
  PITLANE_TRY(const Predictions answers, predict(network, *session, dataset, split.validation, progress));
  std::vector<OutputError> errors;
  for (const OutputAccuracy& output : accuracy(answers, dataset, split.validation).outputs)
    errors.push_back({output.name, output.mse, output.mae});
  return errors;
}

}  // namespace

JudgeFn judge_on(SeenData& data, const Split& split) {
  return [&data, &split](const Network& network, const ProgressFn& progress) -> Result<std::vector<OutputError>> {
    if (split.validation.empty())
      return invalid_argument(
          "a budget is measured on validation data, and the split leaves none; give another --split");
    PITLANE_TRY(const Dataset* dataset, data.as(network, progress));
    return errors_on(*dataset, split, network, progress);
  };
}

JudgeFn judge_on(const Dataset& dataset, const Split& split) {
  return [&dataset, &split](const Network& network, const ProgressFn& progress) {
    return errors_on(dataset, split, network, progress);
  };
}

}  // namespace pitlane
