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

Status check_fits(const Network& network, const Dataset& dataset) {
  PITLANE_TRY(const InputSpec* input, image_input(network));
  const Shape& wanted = network.values[static_cast<std::size_t>(input->value)].shape;
  const Shape given = {dataset.height, dataset.width, dataset.channels};
  if (wanted != given)
    return invalid_argument("network '" + network.name + "' takes pictures of " + to_string(wanted) +
                            " (height x width x channels), the data has " + to_string(given) +
                            "; load the data with the network's own preprocessing");
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

std::vector<double> loss_weights(const TrainOptions& options, const std::vector<OutputSpec>& outputs) {
  if (!options.output_weights.empty()) return options.output_weights;
  std::vector<double> weights;
  for (const OutputSpec& output : outputs) weights.push_back(is_steering(output.name) ? kSteeringWeight : 1);
  return weights;
}

}  // namespace pitlane
