#include "pitlane/train/compatibility.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace pitlane {
namespace {

constexpr double kSteeringWeight = 5;

std::string names(const std::vector<OutputSpec>& outputs) {
  std::string text;
  for (const OutputSpec& output : outputs) text += (text.empty() ? "" : ", ") + output.name;
  return text;
}

bool same_output(const OutputSpec& a, const OutputSpec& b) {
  return a.name == b.name && a.low == b.low && a.high == b.high;
}

}  // namespace

Status check_outputs(const Network& network, const Dataset& dataset) {
  if (names(network.outputs) != names(dataset.outputs))
    return invalid_argument("network '" + network.name + "' has the outputs " + names(network.outputs) +
                            ", the data has labels for " + names(dataset.outputs));
  for (std::size_t i = 0; i < dataset.outputs.size(); ++i)
    if (!same_output(network.outputs[i], dataset.outputs[i]))
      return invalid_argument("output '" + network.outputs[i].name + "' of network '" + network.name +
                              "' has another range than the data's labels; load the data with the network's outputs");
  return {};
}

Status check_indices(const Dataset& dataset, std::span<const std::int64_t> indices, const char* what) {
  if (indices.empty()) return invalid_argument(std::string("the ") + what + " part of the data is empty");
  for (const std::int64_t i : indices)
    if (i < 0 || i >= dataset.size())
      return invalid_argument(std::string("the ") + what + " part names sample " + std::to_string(i) +
                              ", the data has " + std::to_string(dataset.size()));
  return {};
}

Status check_options(const TrainOptions& options, const Dataset& dataset) {
  if (options.epochs < 1) return invalid_argument("epochs must be at least 1, not " + std::to_string(options.epochs));
  if (options.batch < 1) return invalid_argument("batch must be at least 1, not " + std::to_string(options.batch));
  if (options.patience < 0)
    return invalid_argument("patience must not be negative, is " + std::to_string(options.patience));
  if (options.threads < 0)
    return invalid_argument("threads must not be negative, is " + std::to_string(options.threads));
  if (!(options.learning_rate > 0) || !std::isfinite(options.learning_rate))
    return invalid_argument("learning rate must be a positive number, not " + std::to_string(options.learning_rate));
  if (!(options.averaging >= 0 && options.averaging < 1))
    return invalid_argument("averaging must be at least 0 and below 1, not " + std::to_string(options.averaging));
  PITLANE_TRY_STATUS(validate(options.augmentation));
  const auto& weights = options.output_weights;
  if (!weights.empty() && weights.size() != dataset.outputs.size())
    return invalid_argument(std::to_string(weights.size()) + " output weights given, the network has " +
                            std::to_string(dataset.outputs.size()) + " outputs");
  const bool usable = std::ranges::all_of(weights, [](double w) { return std::isfinite(w) && w >= 0; });
  if (!usable || (!weights.empty() && std::ranges::all_of(weights, [](double w) { return w == 0; })))
    return invalid_argument("output weights must be finite, not negative, and not all zero");
  return {};
}

Status check_fine_tuning(const TrainOptions& options, const Network& network) {
  const auto unit = [](double share) { return share >= 0 && share <= 1; };
  if (const auto& rising = options.sparsity) {
    if (!unit(rising->from) || !unit(rising->to) || !unit(rising->until) || rising->to < rising->from)
      return invalid_argument("a rising share of zeros must stay between 0 and 1, and may not fall");
    if (!options.keep_zeros) return invalid_argument("a rising share of zeros needs zeros that are kept");
    if (options.keep_shared)
      return invalid_argument("a rising share of zeros parts weights that share a value; ask for one of the two");
    for (const WeightId id : rising->weights)
      if (id < 0 || id >= std::ssize(network.weights))
        return invalid_argument("there is no weight " + std::to_string(id) + " to prune");
  }
  if (!options.int8.empty() && options.int8.size() != network.weights.size())
    return invalid_argument("simulated int8 is asked for " + std::to_string(options.int8.size()) +
                            " weights, the network has " + std::to_string(network.weights.size()));
  if (!options.teacher) return {};
  if (options.teacher->network == nullptr || !unit(options.teacher->share))
    return invalid_argument("a teacher is a network, and its share of the loss between 0 and 1");
  const Network& teacher = *options.teacher->network;
  const auto shape_of = [](const Network& of) {
    return [&of](const InputSpec& input) { return of.values[static_cast<std::size_t>(input.value)].shape; };
  };
  if (!std::ranges::equal(teacher.inputs, network.inputs, {}, shape_of(teacher), shape_of(network)) ||
      teacher.outputs.size() != network.outputs.size())
    return invalid_argument("the teacher's inputs or outputs are not those of the network that it teaches");
  if (!teacher.states.empty() && network.states.empty())
    return invalid_argument("the teacher remembers frames, the network that it teaches does not: ask it beforehand");
  return {};
}

std::vector<double> loss_weights(const TrainOptions& options, const std::vector<OutputSpec>& outputs) {
  if (!options.output_weights.empty()) return options.output_weights;
  std::vector<double> weights;
  for (const OutputSpec& output : outputs) weights.push_back(is_steering(output.name) ? kSteeringWeight : 1);
  return weights;
}

}  // namespace pitlane
