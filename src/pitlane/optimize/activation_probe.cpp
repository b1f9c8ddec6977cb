#include "pitlane/optimize/activation_probe.h"

#include <iterator>
#include <string>
#include <utility>

namespace pitlane {

ActivationProbe::ActivationProbe(SampleInputs inputs, bool remembers, std::unique_ptr<Session> session)
    : inputs_(std::move(inputs)), remembers_(remembers), session_(std::move(session)) {
  for (const TensorSpec& spec : session_->outputs())
    activations_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
}

Result<ActivationProbe> ActivationProbe::create(const Network& network, const Dataset& dataset,
                                                const std::vector<ValueId>& values) {
  PITLANE_TRY(SampleInputs inputs, SampleInputs::create(network, dataset));
  Network probed = network;
  probed.outputs.clear();
  for (const ValueId value : values) {
    OutputSpec output;
    output.name = "probe" + std::to_string(value);
    output.value = value;
    probed.outputs.push_back(std::move(output));
  }
  PITLANE_TRY(const auto plan, compile(probed));
  return ActivationProbe(std::move(inputs), !network.states.empty(), plan->new_session());
}

std::vector<std::int64_t> ActivationProbe::way_to(std::int64_t sample) const {
  std::vector<std::int64_t> way = {sample};  // backwards
  while (remembers_ && std::ssize(way) <= kRemembered && inputs_.previous(way.back()) >= 0)
    way.push_back(inputs_.previous(way.back()));
  return {way.rbegin(), way.rend()};
}

Status ActivationProbe::run(std::span<const std::int64_t> samples, const Visitor& visit, const ProgressFn& progress) {
  SampleFeed feed(inputs_);
  std::vector<TensorView> shown(inputs_.inputs().size());
  std::vector<MutableTensorView> views;
  for (std::vector<float>& activations : activations_)
    views.push_back({activations.data(), activations.size() * sizeof(float)});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    session_->reset();
    for (const std::int64_t sample : way_to(samples[i])) {
      const auto bytes = feed.show(sample);
      for (std::size_t k = 0; k < shown.size(); ++k) shown[k] = {bytes[k].data(), bytes[k].size()};
      const RunStatus status = session_->run(shown, views);
      if (status != RunStatus::kOk)
        return numeric_error("calibration sample " + std::to_string(sample) + ": " + to_string(status));
    }
    for (std::size_t k = 0; k < activations_.size(); ++k) visit(k, activations_[k]);
    const auto done = static_cast<std::int64_t>(i + 1), total = static_cast<std::int64_t>(samples.size());
    if (!report(progress, {"calibrate", done, total, ""})) return interrupted();
  }
  return {};
}

}  // namespace pitlane
