// pitlane bench: how long networks take on this machine, as a whole, by layer, and at a camera's rate.
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/timed_network.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/log.h"
#include "pitlane/measure/latency.h"
#include "pitlane/measure/timed_driver.h"
#include "pitlane/report/bench_text.h"
#include "pitlane/study/quantity.h"

namespace pitlane::cli {
namespace {

constexpr double kPeriodicSeconds = 10;

struct BenchFlags {
  std::vector<std::string> models;
  std::string isa;
  int threads = 1;
  bool stay_awake = false;
  ModelFlags model;
  std::optional<double> seconds;
  bool layers = false;
  std::optional<std::string> periodic;
  bool json = false;
};

using Networks = std::vector<std::unique_ptr<TimedNetwork>>;

bool go_on() { return !interrupt_requested(); }

LatencyOptions latency_options(const BenchFlags& flags) {
  LatencyOptions options;
  if (flags.seconds) options.budget_s = *flags.seconds;
  return options;
}

// A whole run is timed twice, with the picture's bytes and with the camera's frame.
LatencyOptions half_latency_options(const BenchFlags& flags) {
  LatencyOptions options = latency_options(flags);
  options.budget_s /= 2;
  return options;
}

Status uninterrupted() {
  if (!interrupt_requested()) return {};
  return Error(ErrorKind::kInterrupted, "interrupted; nothing was measured to the end");
}

std::string title(const BenchEntry& entry) { return entry.subject.model + " (" + entry.subject.runtime + ")"; }

std::vector<BenchEntry> entries_of(const Networks& networks) {
  std::vector<BenchEntry> entries;
  for (const auto& network : networks) entries.push_back(network->entry);
  return entries;
}

// The drivers take the sessions: another session's helpers would wait awake beside them.
Status time_frames(const BenchFlags& flags, const Networks& networks) {
  std::vector<BenchEntry*> entries;
  std::vector<std::unique_ptr<TimedDriver>> drivers;
  for (const auto& network : networks) {
    auto driver = TimedDriver::create(network->network, std::move(network->session));
    if (!driver.ok()) {
      log_warning(network->entry.subject.model + ": not timed from the camera's frame: " + driver.error().message());
      continue;
    }
    entries.push_back(&network->entry);
    drivers.push_back(*std::move(driver));
  }
  std::vector<std::function<void()>> calls;
  for (const auto& driver : drivers) calls.emplace_back([d = driver.get()] { (void)d->step(); });
  if (calls.empty()) return {};
  const auto samples = time_interleaved(calls, half_latency_options(flags), go_on);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i]->frame_ms = summarize(samples[i], kTimingBurst);
  return uninterrupted();
}

void print_whole(const BenchFlags& flags, const Networks& networks) {
  std::printf(
      "%s, batch 1, interleaved; milliseconds from the picture's bytes to the outputs, 'frame p50' from the camera's "
      "frame\n%9s %9s %9s %9s %8s %9s  model\n",
      flags.threads == 1 ? "one thread" : (std::to_string(flags.threads) + " threads").c_str(), "p50", "p90", "p99",
      "min", "runs", "frame p50");
  for (const auto& network : networks) {
    const LatencySummary& ms = network->entry.latency_ms;
    const LatencySummary& frame = network->entry.frame_ms;
    const std::string frame_p50 = frame.runs > 0 ? fixed_text(frame.p50, 4) : "-";
    std::printf("%9.4f %9.4f %9.4f %9.4f %8lld %9s  %s\n", ms.p50, ms.p90, ms.p99, ms.min,
                static_cast<long long>(ms.runs), frame_p50.c_str(), title(network->entry).c_str());
  }
}

Status time_whole(const BenchFlags& flags, const Networks& networks) {
  std::vector<std::function<void()>> calls;
  for (const auto& network : networks)
    calls.emplace_back([n = network.get()] { (void)n->session->run(n->in, n->out); });
  const auto samples = time_interleaved(calls, half_latency_options(flags), go_on);
  PITLANE_TRY_STATUS(uninterrupted());
  for (std::size_t i = 0; i < networks.size(); ++i) networks[i]->entry.latency_ms = summarize(samples[i], kTimingBurst);
  PITLANE_TRY_STATUS(time_frames(flags, networks));
  if (flags.json)
    std::fputs(bench_json(entries_of(networks)).c_str(), stdout);
  else
    print_whole(flags, networks);
  return {};
}

Status time_by_layer(const BenchFlags& flags, const Networks& networks) {
  const Roofline roofline = measure_limits();
  if (!flags.json) std::fputs(roofline_text(roofline).c_str(), stdout);
  for (const auto& network : networks) {
    BenchEntry& entry = network->entry;
    entry.layers = time_layers(*network->plan, network->in, network->out, latency_options(flags), go_on);
    PITLANE_TRY_STATUS(uninterrupted());
    set_limits(*entry.layers, roofline);
    entry.latency_ms = entry.layers->whole_ms;
    if (!flags.json) std::printf("\n%s", layers_text(title(entry), *entry.layers).c_str());
  }
  if (flags.json) std::fputs(bench_json(entries_of(networks), roofline).c_str(), stdout);
  return {};
}

Status time_periodically(const BenchFlags& flags, const Networks& networks, std::int64_t period_ns) {
  const double seconds = flags.seconds.value_or(kPeriodicSeconds);
  const auto frames = static_cast<std::int64_t>(seconds * 1e9 / static_cast<double>(period_ns));
  for (const auto& network : networks) {
    const PinnedThread pinned;
    MonotonicClock clock;
    const auto run = [&] { (void)network->session->run(network->in, network->out); };
    run();  // pages and caches, as after the start of a robot
    network->entry.periodic = run_periodically(run, period_ns, frames, clock, go_on);
    PITLANE_TRY_STATUS(uninterrupted());
    if (!flags.json)
      std::printf("%s%s", network == networks.front() ? "" : "\n",
                  periodic_text(title(network->entry), *network->entry.periodic).c_str());
  }
  if (flags.json) std::fputs(bench_json(entries_of(networks)).c_str(), stdout);
  return {};
}

/// Nanoseconds; at least one fits into the time that is given.
Result<std::int64_t> asked_period(const BenchFlags& flags) {
  Result<std::int64_t> period_ns = parse_period_ns(*flags.periodic);
  if (!period_ns.ok()) return period_ns.error().in("--periodic");
  if (flags.seconds && *flags.seconds * 1e9 < static_cast<double>(*period_ns))
    return invalid_argument("--seconds: shorter than one period of " + *flags.periodic + "; give it more time");
  return period_ns;
}

Result<int> run(const BenchFlags& flags) {
  CompileOptions options;
  if (flags.layers && flags.periodic)
    return invalid_argument("--layers and --periodic are different measurements; ask for one of them");
  if (!flags.isa.empty()) {
    PITLANE_TRY(options.isa, parse_isa(flags.isa));
  }
  if (flags.stay_awake && flags.threads == 1)
    return invalid_argument("--stay-awake: the one thread has no helpers that could; add --threads");
  options.threads = flags.threads;
  options.stay_awake = flags.stay_awake;
  std::int64_t period_ns = 0;
  if (flags.periodic) {
    PITLANE_TRY(period_ns, asked_period(flags));
  }
  Networks networks;
  for (const std::string& path : flags.models) {
    PITLANE_TRY(std::unique_ptr<TimedNetwork> network, prepare_to_time(path, flags.model, options));
    networks.push_back(std::move(network));
  }
  PITLANE_TRY_STATUS(flags.layers     ? time_by_layer(flags, networks)
                     : flags.periodic ? time_periodically(flags, networks, period_ns)
                                      : time_whole(flags, networks));
  return kSuccess;
}

}  // namespace

void declare_bench(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand(
      "bench", "Time networks on this machine, interleaved, one thread on one core unless --threads says more");
  const auto flags = std::make_shared<BenchFlags>();
  verb->add_option("MODEL", flags->models, "one or more model files")->required();
  add_model_flags(*verb, flags->model);
  verb->add_option("--isa", flags->isa, "force an instruction set, one of: " + isa_names());
  verb->add_option("--threads", flags->threads,
                   "for each run; what --layers sets beside its times is of one core all the same")
      ->check(whole(1, kMostThreads))
      ->capture_default_str();
  verb->add_flag(
      "--stay-awake", flags->stay_awake,
      "helpers of --threads wait awake, each on its core, where they sleep otherwise: quicker at a camera's rate");
  verb->add_option("--seconds", flags->seconds, "at most this long per model; default 2, with --periodic 10")
      ->check(within(0.01, 3600));
  verb->add_flag("--layers", flags->layers,
                 "time, multiply-adds and bytes of each layer, beside what this machine's limits allow");
  verb->add_option("--periodic", flags->periodic,
                   "run as a control loop with a camera of this rate or period, e.g. 20Hz or 50ms: late answers, "
                   "jitter, age of frames");
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
