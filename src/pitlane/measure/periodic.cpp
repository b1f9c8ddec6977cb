#include "pitlane/measure/periodic.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "pitlane/measure/percentile.h"

namespace pitlane {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

class SpreadSamples {
 public:
  explicit SpreadSamples(std::int64_t most) {
    samples_ms_.reserve(static_cast<std::size_t>(std::min(most, kReserved)));
  }
  void add(std::int64_t ns) { samples_ms_.push_back(static_cast<double>(ns) * 1e-6); }
  [[nodiscard]] Spread spread() {
    if (samples_ms_.empty()) return {};
    std::sort(samples_ms_.begin(), samples_ms_.end());
    return {percentile(samples_ms_, 0.5), percentile(samples_ms_, 0.99), samples_ms_.back()};
  }

 private:
  static constexpr std::int64_t kReserved = 1 << 22;  // more than that grows when it must
  std::vector<double> samples_ms_;
};

}  // namespace

std::int64_t MonotonicClock::now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond_ns + now.tv_nsec;
}

void MonotonicClock::sleep_until_ns(std::int64_t time_ns) {
  const timespec until{time_ns / kSecond_ns, time_ns % kSecond_ns};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

PeriodicResult run_periodically(const std::function<void()>& network, std::int64_t period_ns, std::int64_t frames,
                                PeriodicClock& clock, const std::function<bool()>& go_on) {
  PITLANE_CHECK(period_ns > 0 && frames > 0);
  PeriodicResult result;
  SpreadSamples run(frames), start_jitter(frames), completion_jitter(frames), age(frames);
  const std::int64_t first_ns = clock.now_ns() + period_ns;
  std::int64_t used = -1;  // the newest frame that was looked at
  std::int64_t answer_ns = 0;
  while (used + 1 < frames && (!go_on || go_on())) {
    clock.sleep_until_ns(first_ns + (used + 1) * period_ns);
    const std::int64_t start_ns = clock.now_ns();
    const std::int64_t newest = std::min(frames - 1, (start_ns - first_ns) / period_ns);
    const std::int64_t frame_ns = first_ns + newest * period_ns;
    result.dropped += newest - used - 1;
    network();
    const std::int64_t end_ns = clock.now_ns();
    if (end_ns > frame_ns + period_ns) ++result.missed;
    if (result.answered > 0) completion_jitter.add(std::abs(end_ns - answer_ns - period_ns));
    run.add(end_ns - start_ns);
    start_jitter.add(start_ns - frame_ns);
    age.add(end_ns - frame_ns);
    ++result.answered;
    answer_ns = end_ns;
    used = newest;
  }
  result.period_ms = static_cast<double>(period_ns) * 1e-6;
  result.frames = used + 1;
  const std::int64_t taken_ns = std::max(result.frames * period_ns, answer_ns - first_ns);
  if (result.answered > 0)
    result.achieved_hz = static_cast<double>(result.answered) * kSecond_ns / static_cast<double>(taken_ns);
  result.run_ms = run.spread();
  result.start_jitter_ms = start_jitter.spread();
  result.completion_jitter_ms = completion_jitter.spread();
  result.frame_age_at_command_ms = age.spread();
  return result;
}

Result<std::int64_t> parse_period_ns(const std::string& text) {
  constexpr std::size_t kShown = 30;
  const Error refusal = Error(ErrorKind::kInvalidArgument,
                              "must be a rate such as 20Hz or a period such as 50ms, within 0.1 to 1000 Hz, not '" +
                                  text.substr(0, kShown) + (text.size() > kShown ? "...'" : "'"));
  double number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number <= 0) return refusal;
  const std::string unit(stopped, text.data() + text.size());
  if (!unit.empty() && unit != "Hz" && unit != "hz" && unit != "ms") return refusal;
  const double period_s = unit == "ms" ? number * 1e-3 : 1 / number;
  // A hair of tolerance: 10000 ms is 0.1 Hz, whatever the last bit says.
  constexpr double kHair = 1e-9;
  if (!(period_s <= (1 + kHair) / kSlowestRate_hz && period_s >= (1 - kHair) / kFastestRate_hz)) return refusal;
  return std::llround(period_s * static_cast<double>(kSecond_ns));
}

}  // namespace pitlane
