#include "pitlane/data/labels.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>

#include "pitlane/core/log.h"

namespace pitlane {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string range_of(const OutputSpec& output) { return number(output.low) + ".." + number(output.high); }

/// What one output's labels look like over the centre camera's samples.
struct Survey {
  std::int64_t samples = 0, clamped = 0;
  float low = INFINITY, high = -INFINITY;

  void add(const OutputSpec& output, float value) {
    ++samples;
    if (value < output.low || value > output.high) ++clamped;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

Status judge(const OutputSpec& output, const Survey& survey) {
  if (survey.samples == 0) return invalid_argument("no samples of the centre camera");
  const std::string name = "label '" + output.name + "'";
  const bool outside = survey.high < output.low || survey.low > output.high;
  if (outside && normalised(output, survey.low) == normalised(output, survey.high))
    return invalid_argument(name + " runs from " + number(survey.low) + " to " + number(survey.high) +
                            ", all outside the output's range " + range_of(output) + "; check units and range");
  if (survey.clamped > 0)
    log_warning(name + ": " + std::to_string(survey.clamped) + " of " + std::to_string(survey.samples) +
                " samples lie outside " + range_of(output) + " and are clamped (" + number(survey.low) + ".." +
                number(survey.high) + ")");
  return {};
}

}  // namespace

float normalised(const OutputSpec& output, float physical) {
  const double range = static_cast<double>(output.high) - output.low;
  return static_cast<float>(std::clamp((static_cast<double>(physical) - output.low) / range, 0.0, 1.0));
}

double physical(const OutputSpec& output, float y) {
  return output.low + static_cast<double>(y) * (static_cast<double>(output.high) - output.low);
}

Status validate_outputs(const std::vector<OutputSpec>& outputs) {
  if (outputs.empty()) return invalid_argument("no outputs to learn");
  std::set<std::string> names;
  for (const OutputSpec& output : outputs) {
    if (!names.insert(output.name).second) return invalid_argument("two outputs are named '" + output.name + "'");
    if (!std::isfinite(output.low) || !std::isfinite(output.high) || !(output.high > output.low))
      return invalid_argument("output '" + output.name + "': its range must be finite and not empty");
  }
  return {};
}

Status check_labels_vary(const Dataset& dataset) {
  const std::size_t count = dataset.outputs.size();
  for (std::size_t k = 0; k < count; ++k) {
    Survey survey;
    for (std::size_t i = k; i < dataset.labels.size(); i += count)
      if (dataset.side_camera[i / count] == 0) survey.add({"", "", 0, 1, -1, 0}, dataset.labels[i]);
    if (survey.samples == 0 || survey.low != survey.high) continue;
    return invalid_argument(
        "label '" + dataset.outputs[k].name + "' is " + number(physical(dataset.outputs[k], survey.low)) + " in all " +
        std::to_string(survey.samples) +
        " samples; there is nothing to learn: record driving that varies it, or leave the output out");
  }
  return {};
}

Status normalise_labels(Dataset& dataset) {
  const std::size_t count = dataset.outputs.size();
  std::vector<Survey> surveys(count);
  for (std::size_t i = 0; i < dataset.labels.size(); ++i) {
    const OutputSpec& output = dataset.outputs[i % count];
    float& label = dataset.labels[i];
    if (!std::isfinite(label))
      return numeric_error("label '" + output.name + "' of sample " + std::to_string(i / count) + " is not finite");
    if (dataset.side_camera[i / count] == 0) surveys[i % count].add(output, label);
    label = normalised(output, label);
  }
  for (std::size_t i = 0; i < count; ++i) {
    PITLANE_TRY_STATUS(judge(dataset.outputs[i], surveys[i]));
  }
  return {};
}

}  // namespace pitlane
