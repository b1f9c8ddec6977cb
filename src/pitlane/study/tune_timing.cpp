#include "pitlane/study/tune_timing.h"

#include <functional>
#include <memory>
#include <utility>

#include "pitlane/engine/plan.h"
#include "pitlane/measure/answer_check.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {
namespace {

constexpr std::size_t kMostKeptSamples = 2000;

// A session with its result's memory, ready to be called without arguments.
class TimedSession {
 public:
  static Result<TimedSession> create(const std::filesystem::path& file, std::span<const std::uint8_t> picture) {
    PITLANE_TRY(const Network network, load_pit(file));
    PITLANE_TRY(const auto plan, compile(network));
    TimedSession timed(plan->new_session(), picture);
    // The numbers of a session that refuses or errs would be wonderful and wrong.
    if (const Status right = check_answer(network, *timed.session_, {&timed.input_, 1}); !right.ok())
      return right.error().in(file.string());
    return timed;
  }

  RunStatus run() { return session_->run({&input_, 1}, views_); }

 private:
  TimedSession(std::unique_ptr<Session> session, std::span<const std::uint8_t> picture)
      : session_(std::move(session)), input_{picture.data(), picture.size()} {
    for (const TensorSpec& spec : session_->outputs())
      results_.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
    for (auto& result : results_) views_.push_back({result.data(), result.size() * sizeof(float)});
  }

  std::unique_ptr<Session> session_;
  TensorView input_;
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

}  // namespace

Status time_rows(std::vector<StrategyRow>& rows, const std::filesystem::path& out, const TuneInputs& inputs,
                 const LatencyOptions& options, const ProgressFn& progress) {
  std::vector<StrategyRow*> timed_rows;
  std::vector<TimedSession> sessions;
  for (StrategyRow& row : rows) {
    if (row.failure) continue;
    Result<TimedSession> session =
        TimedSession::create(out / row.file, inputs.dataset->picture(inputs.split->validation.front()));
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
  return {};
}

}  // namespace pitlane
