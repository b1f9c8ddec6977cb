#include "pitlane/cli/tune_notes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/first_look.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/study/quantity.h"
#include "pitlane/study/tune_latency.h"

namespace pitlane::cli {
namespace {

constexpr std::int64_t kFewTrainingFrames = 256;

// Frames that the network learned by heart say nothing about it.
void add_split_note(TuneResult& result, const Network& network, const OpenedData& data) {
  const auto trained_on = network.metadata.find("data");
  const auto split = network.metadata.find("split");
  if (trained_on == network.metadata.end() || split == network.metadata.end()) return;
  if (trained_on->second != data.dataset.hash || split->second == data.split.description) return;
  result.notes.push_back("The network was trained on this recording with another split (" + split->second +
                         "): validation frames of this run may be frames that it learned from. Give the same --split.");
}

// All rows are judged beside the baseline: where that says nothing, nothing follows from them.
void add_baseline_note(TuneResult& result) {
  const StrategyRow& baseline = result.rows.front();
  if (!baseline.accuracy) return;
  for (std::string& sentence : worthless_outputs(*baseline.accuracy)) result.notes.push_back(std::move(sentence));
}

// The strategies decode what they change.
void add_storage_note(TuneResult& result, const Network& network) {
  const auto in_floats = [&](const Layer& layer) { return network.weights[layer.weight].storage == Storage::kF32; };
  if (std::ranges::all_of(weighted_layers(network), in_floats)) return;
  result.notes.emplace_back(
      "The network came with rounded weights: strategies begin with these as floats, and what their rounding cost is "
      "part of the baseline's error already. Give the network as it was trained where you have it.");
}

void add_budget_notes(TuneResult& result, const AccuracyBudget& budget) {
  const StrategyRow& baseline = result.rows.front();
  if (!baseline.accuracy) return;
  std::vector<OutputError> errors;
  for (const OutputAccuracy& output : baseline.accuracy->outputs)
    errors.push_back({output.name, output.mse, output.mae});
  const auto limits = error_limits(budget, errors);
  if (!limits.ok()) return;  // it was refused before
  for (const std::string& sentence : loose_limits(*limits, errors)) result.notes.push_back(sentence);
}

}  // namespace

std::string few_frames_note(const Split& split) {
  const auto training = static_cast<std::int64_t>(split.train.size());
  if (training >= kFewTrainingFrames) return {};
  return "There are " + std::to_string(training) +
         " training frames: for ranges and fine-tuning to be worth something there should be some hundreds, with turns "
         "among them.";
}

void add_notes(TuneResult& result, const TuneInputs& inputs, const OpenedData& data, const TuneOptions& options) {
  add_baseline_note(result);
  const auto training = static_cast<std::int64_t>(data.split.train.size());
  if (options.most_training_samples > 0 && training > options.most_training_samples)
    result.notes.push_back("Quick run: fine-tuning and calibration saw " +
                           std::to_string(options.most_training_samples) + " of " + std::to_string(training) +
                           " frames" + (inputs.made.empty() ? "" : " (students of --auto learned from all)") +
                           ". Run tune without --quick for all.");
  else if (options.most_training_samples > 0)
    result.notes.push_back("Quick run: fine-tuning and calibration saw " + std::to_string(training) +
                           " frames only. Run tune without --quick for the full set.");
  if (const std::string few = few_frames_note(data.split); !few.empty()) result.notes.push_back(few);
  add_storage_note(result, inputs.baseline);
  add_budget_notes(result, options.budget);
  add_split_note(result, inputs.baseline, data);
  if (result.search && result.search->why_none)
    result.notes.push_back("The search found no student: " + *result.search->why_none + ".");
  for (const StrategyRow& row : result.rows)
    for (const std::string& sentence : row.put_back) result.notes.push_back(row.strategy + ": " + sentence + ".");
  if (options.own_latency) {
    const std::string measured = own_latency_note(result, options.own_latency->factor);
    if (!measured.empty()) result.notes.push_back(measured);
  }
  if (!inputs.why_not_driven.empty()) result.notes.push_back("Not driven: " + inputs.why_not_driven + ".");
  if (!data.dataset.skipped.empty())
    result.notes.push_back(std::to_string(data.dataset.skipped.size()) +
                           " images could not be read and were left out.");
}

}  // namespace pitlane::cli
