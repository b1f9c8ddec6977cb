#include "pitlane/study/tune_timing.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "pitlane/data/sample_inputs.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/answer_check.h"
#include "pitlane/measure/layer_profile.h"
#include "pitlane/measure/timed_driver.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostKeptSamples = 2000;

// A session with its result's memory, ready to be called without arguments.
class TimedSession {
 public:
  static Result<TimedSession> create(const Network& network, const Dataset& dataset, std::int64_t sample) {
    PITLANE_TRY(const auto plan, compile(network));
    PITLANE_TRY(const SampleInputs inputs, SampleInputs::create(network, dataset));
    TimedSession timed(plan, SampleFeed(inputs).show(sample));
    // The numbers of a session that refuses or errs would be wonderful and wrong.
    PITLANE_TRY_STATUS(check_answer(network, *timed.session_, timed.shown_));
    return timed;
  }

  /// None where no driver can hold the network.
  void add_driver(const Network& network) {
    if (auto driver = TimedDriver::create(network, plan_->new_session()); driver.ok()) driver_ = *std::move(driver);
  }

  RunStatus run() { return session_->run(shown_, views_); }
  /// Null where none was added.
  [[nodiscard]] TimedDriver* driver() { return driver_.get(); }
  [[nodiscard]] LayerProfile layers(const LatencyOptions& options, const std::function<bool()>& go_on) const {
    return time_layers(*plan_, shown_, views_, options, go_on);
  }

 private:
  TimedSession(std::shared_ptr<const Plan> plan, std::span<const std::span<const std::byte>> inputs)
      : plan_(std::move(plan)), session_(plan_->new_session()) {
    for (const auto& bytes : inputs) inputs_.emplace_back(bytes.begin(), bytes.end());
    for (const auto& bytes : inputs_) shown_.push_back({bytes.data(), bytes.size()});
    for (const TensorSpec& spec : session_->outputs())
      results_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
    for (auto& result : results_) views_.push_back({result.data(), result.size() * sizeof(float)});
  }

  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<TimedDriver> driver_;
  std::vector<std::vector<std::byte>> inputs_;
  std::vector<TensorView> shown_;
  std::vector<std::vector<float>> results_;
  std::vector<MutableTensorView> views_;
};

// Evenly spaced, in run order: the shape of the distribution survives.
std::vector<double> thin(const std::vector<double>& samples) {
  if (samples.size() <= kMostKeptSamples) return samples;
  std::vector<double> out;
  for (std::size_t i = 0; i < kMostKeptSamples; ++i) out.push_back(samples[i * samples.size() / kMostKeptSamples]);
  return out;
}

Status time_frames_of(const std::vector<StrategyRow*>& rows, std::vector<TimedSession>& sessions,
                      const LatencyOptions& options, const ProgressFn& progress) {
  std::vector<StrategyRow*> timed_rows;
  std::vector<std::function<void()>> candidates;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TimedDriver* const driver = sessions[i].driver();
    if (!driver) continue;
    timed_rows.push_back(rows[i]);
    candidates.emplace_back([driver] { (void)driver->step(); });
  }
  if (candidates.empty()) return {};
  const auto go_on = [&] { return report(progress, {"timing from frame to command", 0, 1, "one core, interleaved"}); };
  if (!go_on()) return interrupted();
  const auto samples = time_interleaved(candidates, options, go_on);
  if (!go_on()) return interrupted();
  for (std::size_t i = 0; i < timed_rows.size(); ++i) timed_rows[i]->frame_ms = summarize(samples[i], kTimingBurst);
  return {};
}

Status time_layers_of(TuneResult& result, const std::vector<StrategyRow*>& rows,
                      const std::vector<TimedSession>& sessions, const LatencyOptions& options,
                      const ProgressFn& progress) {
  const auto total = static_cast<std::int64_t>(rows.size());
  const auto go_on = [&](std::int64_t done) { return report(progress, {"timing layers", done, total, "one core"}); };
  if (!go_on(0)) return interrupted();
  result.roofline = measure_limits();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto done = static_cast<std::int64_t>(i);
    rows[i]->layers = sessions[i].layers(options, [&] { return go_on(done); });
    if (!go_on(done + 1)) return interrupted();
    set_limits(*rows[i]->layers, result.roofline);
  }
  return {};
}

Result<TimedSession> session_of(const StrategyRow& row, const std::filesystem::path& out, const TuneInputs& inputs,
                                TimedData data, const ProgressFn& progress) {
  PITLANE_TRY(const Network network, load_pit(out / row.file));
  const bool made = std::ranges::count(inputs.made, row.strategy, &MadeNetwork::name) > 0;
  PITLANE_TRY(const Dataset* seen, (made ? data.made : data.rows).as(network, progress));
  Result<TimedSession> timed = TimedSession::create(network, *seen, inputs.split->validation.front());
  if (!timed.ok()) return timed.error().in((out / row.file).string());
  timed->add_driver(network);
  return timed;
}

}  // namespace

Result<std::vector<double>> time_networks(std::span<const Network* const> networks, const Dataset& dataset,
                                          std::int64_t sample, const LatencyOptions& options) {
  std::vector<TimedSession> sessions;
  for (const Network* network : networks) {
    PITLANE_TRY(TimedSession session, TimedSession::create(*network, dataset, sample));
    sessions.push_back(std::move(session));
  }
  std::vector<std::function<void()>> runs;
  for (TimedSession& session : sessions) runs.emplace_back([&session] { (void)session.run(); });
  std::vector<double> p50_ms;
  for (const std::vector<double>& samples : time_interleaved(runs, options))
    p50_ms.push_back(summarize(samples, kTimingBurst).p50);
  return p50_ms;
}

Status time_rows(TuneResult& result, const std::filesystem::path& out, const TuneInputs& inputs, TimedData data,
                 const LatencyOptions& options, const ProgressFn& progress) {
  std::vector<StrategyRow*> timed_rows;
  std::vector<TimedSession> sessions;
  for (StrategyRow& row : result.rows) {
    if (row.failure) continue;
    Result<TimedSession> session = session_of(row, out, inputs, data, progress);
    if (!session.ok()) {
      row.failure = session.error().message();
      continue;
    }
    sessions.push_back(*std::move(session));
    timed_rows.push_back(&row);
  }
  if (sessions.empty()) return {};
  if (!report(progress, {"timing all networks", 0, 1, "one core, interleaved"})) return interrupted();
  std::vector<std::function<void()>> candidates;
  for (TimedSession& session : sessions) candidates.emplace_back([&session] { (void)session.run(); });
  const auto go_on = [&] { return report(progress, {"timing all networks", 0, 1, "one core, interleaved"}); };
  const auto samples = time_interleaved(candidates, options, go_on);
  if (!go_on()) return interrupted();
  for (std::size_t i = 0; i < timed_rows.size(); ++i) {
    timed_rows[i]->latency_ms = summarize(samples[i], kTimingBurst);
    timed_rows[i]->latency_samples_ms = thin(samples[i]);
  }
  (void)report(progress, {"timing all networks", 1, 1, ""});
  PITLANE_TRY_STATUS(time_frames_of(timed_rows, sessions, options, progress));
  return time_layers_of(result, timed_rows, sessions, options, progress);
}

}  // namespace pitlane
