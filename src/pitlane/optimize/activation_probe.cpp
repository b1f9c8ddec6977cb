#include "pitlane/optimize/activation_probe.h"

#include <string>
#include <utility>

namespace pitlane {
namespace {

Status check_fits(const Network& network, const Dataset& dataset) {
  if (network.inputs.size() != 1 || network.inputs[0].kind != InputKind::kImage || !network.states.empty())
    return unsupported("network '" + network.name +
                       "' has inputs beside the camera's picture or recurrent state: its " +
                       "activations cannot be calibrated");
  const Shape& wanted = network.values[network.inputs[0].value].shape;
  const Shape given = {dataset.height, dataset.width, dataset.channels};
  if (wanted == given) return {};
  return invalid_argument("network '" + network.name + "' takes pictures of " + to_string(wanted) +
                          ", the calibration data has " + to_string(given));
}

}  // namespace

ActivationProbe::ActivationProbe(const Dataset& dataset, std::unique_ptr<Session> session)
    : dataset_(&dataset), session_(std::move(session)) {
  for (const TensorSpec& spec : session_->outputs())
    activations_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
}

Result<ActivationProbe> ActivationProbe::create(const Network& network, const Dataset& dataset,
                                                const std::vector<ValueId>& values) {
  PITLANE_TRY_STATUS(check_fits(network, dataset));
  Network probed = network;
  probed.outputs.clear();
  for (const ValueId value : values) {
    OutputSpec output;
    output.name = "probe" + std::to_string(value);
    output.value = value;
    probed.outputs.push_back(std::move(output));
  }
  PITLANE_TRY(const auto plan, compile(probed));
  return ActivationProbe(dataset, plan->new_session());
}

Status ActivationProbe::run(std::span<const std::int64_t> samples, const Visitor& visit, const ProgressFn& progress) {
  std::vector<MutableTensorView> views;
  for (std::vector<float>& activations : activations_)
    views.push_back({activations.data(), activations.size() * sizeof(float)});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto picture = dataset_->picture(samples[i]);
    const TensorView input{picture.data(), picture.size()};
    const RunStatus status = session_->run({&input, 1}, views);
    if (status != RunStatus::kOk)
      return numeric_error("calibration sample " + std::to_string(samples[i]) + ": " + to_string(status));
    for (std::size_t k = 0; k < activations_.size(); ++k) visit(k, activations_[k]);
    const auto done = static_cast<std::int64_t>(i + 1), total = static_cast<std::int64_t>(samples.size());
    if (!report(progress, {"calibrate", done, total, ""})) return interrupted();
  }
  return {};
}

}  // namespace pitlane
