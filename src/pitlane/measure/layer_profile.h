// Where the time of a run goes, layer by layer, and what the machine would allow.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/engine/plan.h"
#include "pitlane/measure/latency.h"
#include "pitlane/roofline/roofline.h"

namespace pitlane {

/// All steps of one layer, or of one input, output or state. Definitions in docs/metrics.md.
struct LayerTime {
  StepInfo::Owner owner = StepInfo::Owner::kLayer;
  std::string name = {};
  std::string work = {};  ///< of its steps, in order, each kind once: "border, conv int8"
  Arithmetic arithmetic = Arithmetic::kNone;
  std::int64_t macs = 0;
  std::int64_t weight_bytes = 0;
  std::int64_t activation_bytes = 0;  ///< read and written
  double p50_ms = 0;                  ///< median over the runs, without the readings of the clock
  double share = 0;                   ///< of the sum of all, 0..1
  double limit_ms = 0;                ///< what it would take at the machine's limits; 0: not known

  [[nodiscard]] std::int64_t bytes() const { return weight_bytes + activation_bytes; }
  /// limit_ms / p50_ms; 0 where either is not known.
  [[nodiscard]] double roofline_ratio() const { return p50_ms > 0 ? limit_ms / p50_ms : 0; }
};

struct LayerProfile {
  std::vector<LayerTime> layers;  ///< in the order in which a run first comes to them
  double sum_ms = 0;              ///< of the layers' medians
  LatencySummary whole_ms;        ///< runs of an ordinary session, which took turns with those that were timed by step
  double clock_reading_ms = 0;    ///< what one reading of the clock costs
  std::int64_t clock_readings = 0;  ///< in one run: one a step; their cost is taken off the layers' times
  std::int64_t network_bytes = 0;   ///< packed weights and workspace: what a run touches before it comes back
};

/// Steps with one owner and name together; times 0.
std::vector<LayerTime> layers_of(const std::vector<StepInfo>& steps);

/// ArithmeticPeak::type of its multiply-adds. Weights in binary16 are widened first, so theirs are those of f32.
const char* roofline_type(Arithmetic arithmetic);

/// Milliseconds that no run of the layer can undercut: its multiply-adds at the peak of their type, or its bytes at the
/// bandwidth of where they lie, whichever takes longer. Weights lie where `network_bytes` fit, since a run reads all
/// others before it comes back to them; activations where the layer's own fit, since the layer before has just written
/// them. A kernel that skips what is zero may undercut it.
double limit_ms(const LayerTime& layer, std::int64_t network_bytes, const Roofline& roofline);

/// Times a plan's layers on these inputs (by Network::inputs), one pinned thread. `outputs` by Session::outputs().
/// `go_on` is asked now and then; when it says no, the profile is of the runs so far. limit_ms stays 0: see
/// set_limits().
LayerProfile time_layers(const Plan& plan, std::span<const TensorView> inputs,
                         std::span<const MutableTensorView> outputs, const LatencyOptions& options,
                         const std::function<bool()>& go_on = {});
/// What this machine can do, as far as limit_ms() asks; one pinned core, about two seconds.
Roofline measure_limits();
void set_limits(LayerProfile& profile, const Roofline& roofline);

}  // namespace pitlane
