#include "pitlane/measure/layer_profile.h"

#include <algorithm>
#include <chrono>

#include "pitlane/measure/percentile.h"

namespace pitlane {
namespace {

using Clock = std::chrono::steady_clock;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return percentile(values, 0.5);
}

double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

double clock_reading_ms() {
  constexpr int kReadings = 1001;
  std::vector<double> readings;
  Clock::time_point before = Clock::now();
  for (int i = 0; i < kReadings; ++i) {
    const Clock::time_point now = Clock::now();
    readings.push_back(milliseconds(now - before));
    before = now;
  }
  return median(readings);
}

bool same_layer(const LayerTime& layer, const StepInfo& step) {
  return layer.owner == step.owner && layer.name == step.name;
}

/// By step, the index of its layer.
std::vector<std::size_t> layer_indices(const std::vector<LayerTime>& layers, const std::vector<StepInfo>& steps) {
  std::vector<std::size_t> out;
  for (const StepInfo& step : steps) {
    const auto found = std::ranges::find_if(layers, [&](const LayerTime& layer) { return same_layer(layer, step); });
    out.push_back(static_cast<std::size_t>(found - layers.begin()));
  }
  return out;
}

void add_work(std::string& work, const std::string& more) {
  const std::string with_commas = ", " + work + ",";
  if (with_commas.find(", " + more + ",") != std::string::npos) return;
  work += (work.empty() ? "" : ", ") + more;
}

/// Milliseconds of each layer in each run.
class LayerSamples {
 public:
  LayerSamples(const Plan& plan, const std::vector<LayerTime>& layers, double reading_ms)
      : indices_(layer_indices(layers, plan.steps())), reading_ms_(reading_ms), samples_(layers.size()) {}

  void add(std::span<const std::int64_t> nanoseconds) {
    for (std::vector<double>& layer : samples_) layer.push_back(0);
    for (std::size_t i = 0; i < nanoseconds.size(); ++i)
      samples_[indices_[i]].back() += std::max(0.0, static_cast<double>(nanoseconds[i]) * 1e-6 - reading_ms_);
  }
  [[nodiscard]] double p50_ms(std::size_t layer) const { return median(samples_[layer]); }

 private:
  std::vector<std::size_t> indices_;
  double reading_ms_;
  std::vector<std::vector<double>> samples_;
};

}  // namespace

std::vector<LayerTime> layers_of(const std::vector<StepInfo>& steps) {
  std::vector<LayerTime> layers;
  for (const StepInfo& step : steps) {
    auto found = std::ranges::find_if(layers, [&](const LayerTime& layer) { return same_layer(layer, step); });
    if (found == layers.end())
      found = layers.insert(layers.end(), {.owner = step.owner, .name = step.name, .work = {}});
    add_work(found->work, step.work);
    if (step.arithmetic != Arithmetic::kNone) found->arithmetic = step.arithmetic;
    found->macs += step.macs;
    found->weight_bytes += static_cast<std::int64_t>(step.weight_bytes);
    found->activation_bytes += static_cast<std::int64_t>(step.read_bytes + step.written_bytes);
  }
  return layers;
}

const char* roofline_type(Arithmetic arithmetic) {
  if (arithmetic == Arithmetic::kBf16) return "bf16";
  return arithmetic == Arithmetic::kI8 ? "int8" : "f32";
}

double limit_ms(const LayerTime& layer, std::int64_t network_bytes, const Roofline& roofline) {
  const auto seconds = [](std::int64_t amount, double per_s) {
    return per_s > 0 ? static_cast<double>(amount) / per_s : 0;
  };
  const double weights_s = seconds(layer.weight_bytes, read_bytes_per_s(roofline.warm, network_bytes));
  const double activations_s = seconds(layer.activation_bytes, read_bytes_per_s(roofline.warm, layer.activation_bytes));
  const double macs_s =
      layer.macs > 0 ? seconds(layer.macs, peak_macs_per_s(roofline, roofline_type(layer.arithmetic))) : 0;
  return std::max(macs_s, weights_s + activations_s) * 1e3;
}

LayerProfile time_layers(const Plan& plan, std::span<const TensorView> inputs,
                         std::span<const MutableTensorView> outputs, const LatencyOptions& options,
                         const std::function<bool()>& go_on) {
  const std::unique_ptr<StepTimer> timer = plan.new_step_timer();
  const std::unique_ptr<Session> session = plan.new_session();
  LayerProfile profile;
  profile.layers = layers_of(plan.steps());
  profile.clock_readings = static_cast<std::int64_t>(plan.steps().size());
  profile.network_bytes = static_cast<std::int64_t>(plan.weight_bytes() + plan.workspace_bytes());
  const PinnedThread pinned;
  profile.clock_reading_ms = clock_reading_ms();
  LayerSamples samples(plan, profile.layers, profile.clock_reading_ms);
  std::vector<double> whole;
  const auto started = Clock::now();
  const auto elapsed_s = [&] { return milliseconds(Clock::now() - started) * 1e-3; };
  while (elapsed_s() < options.warm_up_s) (void)session->run(inputs, outputs);
  // In turns, so that a drifting clock touches both alike. The first run of a turn finds the other's workspace in the
  // cache and is not counted.
  do {
    (void)session->run(inputs, outputs);
    for (std::size_t i = 0; i < kTimingBurst; ++i) {
      const auto before = Clock::now();
      (void)session->run(inputs, outputs);
      whole.push_back(milliseconds(Clock::now() - before) - profile.clock_reading_ms);
    }
    (void)timer->run(inputs, outputs);
    for (std::size_t i = 0; i < kTimingBurst; ++i) {
      (void)timer->run(inputs, outputs);
      samples.add(timer->nanoseconds());
    }
    if (go_on && !go_on()) break;
  } while (static_cast<std::int64_t>(whole.size()) < options.min_runs ||
           (elapsed_s() < options.budget_s && static_cast<std::int64_t>(whole.size()) < options.runs_for_percentiles));
  profile.whole_ms = summarize(whole, kTimingBurst);
  for (std::size_t i = 0; i < profile.layers.size(); ++i) profile.layers[i].p50_ms = samples.p50_ms(i);
  for (const LayerTime& layer : profile.layers) profile.sum_ms += layer.p50_ms;
  for (LayerTime& layer : profile.layers) layer.share = profile.sum_ms > 0 ? layer.p50_ms / profile.sum_ms : 0;
  return profile;
}

Roofline measure_limits() {
  constexpr std::int64_t kLargest = std::int64_t{64} << 20;  // beyond it lie the weights of no driving network
  const PinnedThread pinned;
  RooflineOptions options;
  options.largest_bytes = kLargest;
  options.evicted = false;
  return measure_roofline(options);
}

void set_limits(LayerProfile& profile, const Roofline& roofline) {
  for (LayerTime& layer : profile.layers) layer.limit_ms = limit_ms(layer, profile.network_bytes, roofline);
}

}  // namespace pitlane
