#include "pitlane/search/student_data.h"

#include <algorithm>

#include "pitlane/engine/plan.h"
#include "pitlane/study/seen_data.h"

namespace pitlane {
namespace {

std::string view_of(const Network& student) {
  const Preprocessing& p = image_input(student).value()->preprocessing;
  return std::to_string(p.width) + "x" + std::to_string(p.height) + " " + to_string(p.format);
}

}  // namespace

Result<std::shared_ptr<const Dataset>> StudentData::of(const Network& student, const ProgressFn& progress) {
  const std::string view = view_of(student);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& entry) { return entry.first == view; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front().second;
  }
  PITLANE_TRY(Dataset made, inputs_.student_data(student, progress));
  if (!same_samples(made, *inputs_.dataset))
    return corrupt("the data changed while it was read: " + std::to_string(made.size()) + " samples for students, " +
                   std::to_string(inputs_.dataset->size()) + " for the baseline; run again when nobody writes to it");
  PITLANE_TRY_STATUS(blend(made, progress));
  kept_.emplace_front(view, std::make_shared<const Dataset>(std::move(made)));
  std::size_t bytes = 0;
  for (auto entry = kept_.begin(); entry != kept_.end();) {  // what was used longest ago goes
    bytes += entry->second->pictures.size();
    entry = entry != kept_.begin() && bytes > kMostKeptBytes ? kept_.erase(entry) : std::next(entry);
  }
  return kept_.front().second;
}

Status StudentData::blend(Dataset& dataset, const ProgressFn& progress) {
  const std::vector<std::int64_t>& samples = inputs_.split->train;
  if (!answers_) {
    PITLANE_TRY(const auto plan, compile(*inputs_.baseline));
    const std::unique_ptr<Session> session = plan->new_session();
    PITLANE_TRY(answers_, predict(*inputs_.baseline, *session, *inputs_.dataset, samples, progress));
  }
  blend_labels(dataset, samples, answers_->values, kTeacherShare);
  return {};
}

}  // namespace pitlane
