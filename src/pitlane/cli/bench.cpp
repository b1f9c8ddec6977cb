// pitlane bench: how long networks take on this machine.
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/random.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/answer_check.h"
#include "pitlane/measure/latency.h"
#include "pitlane/report/episode_json.h"

namespace pitlane::cli {
namespace {

struct Flags {
  std::vector<std::string> models;
  std::string isa;
  ModelFlags model;
  LatencyOptions latency;
  bool json = false;
};

// A network with everything that a run needs, on made-up inputs of the right sizes.
struct Candidate {
  BenchEntry entry;
  std::unique_ptr<Session> session;
  std::vector<std::vector<std::byte>> inputs;
  std::vector<std::vector<float>> results;
  std::vector<TensorView> in;
  std::vector<MutableTensorView> out;
};

void fill_inputs(Candidate& candidate) {
  Random random(1);
  for (const TensorSpec& spec : candidate.session->inputs()) {
    const bool bytes = spec.type == ElementType::kU8;
    std::vector<std::byte> data(static_cast<std::size_t>(element_count(spec.shape)) * (bytes ? 1 : sizeof(float)));
    if (bytes)
      for (std::byte& b : data) b = static_cast<std::byte>(random.next());
    for (std::size_t at = 0; !bytes && at < data.size(); at += sizeof(float)) {
      const auto number = static_cast<float>(random.uniform());
      std::memcpy(data.data() + at, &number, sizeof number);
    }
    candidate.inputs.push_back(std::move(data));
  }
  for (const auto& data : candidate.inputs) candidate.in.push_back({data.data(), data.size()});
  for (const TensorSpec& spec : candidate.session->outputs())
    candidate.results.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& result : candidate.results) candidate.out.push_back({result.data(), result.size() * sizeof(float)});
}

Result<std::unique_ptr<Candidate>> prepare(const std::string& path, const ModelFlags& model,
                                           const CompileOptions& options) {
  PITLANE_TRY(const ModelFile file, open_model(path, model));
  PITLANE_TRY(const auto plan, compile(file.network, options));
  auto candidate = std::make_unique<Candidate>();
  candidate->session = plan->new_session();
  candidate->entry.subject = {path, content_hash(file.network), file.size_bytes, candidate->session->description(), {}};
  fill_inputs(*candidate);
  if (const Status right = check_answer(file.network, *candidate->session, candidate->in); !right.ok())
    return right.error().in(path);
  return candidate;
}

Result<int> run(const Flags& flags) {
  CompileOptions options;
  if (!flags.isa.empty()) {
    PITLANE_TRY(options.isa, parse_isa(flags.isa));
  }
  std::vector<std::unique_ptr<Candidate>> candidates;
  std::vector<std::function<void()>> calls;
  for (const std::string& path : flags.models) {
    PITLANE_TRY(std::unique_ptr<Candidate> candidate, prepare(path, flags.model, options));
    calls.emplace_back([c = candidate.get()] { (void)c->session->run(c->in, c->out); });
    candidates.push_back(std::move(candidate));
  }
  const auto samples = time_interleaved(calls, flags.latency, [] { return !interrupt_requested(); });
  if (interrupt_requested()) return Error(ErrorKind::kInterrupted, "interrupted; nothing was measured to the end");
  std::vector<BenchEntry> entries;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates[i]->entry.latency_ms = summarize(samples[i], kTimingBurst);
    entries.push_back(candidates[i]->entry);
  }
  if (flags.json) {
    std::fputs(bench_json(entries).c_str(), stdout);
    return kSuccess;
  }
  std::printf("one thread, batch 1, interleaved; milliseconds\n%9s %9s %9s %9s %8s  model\n", "p50", "p90", "p99",
              "min", "runs");
  for (const BenchEntry& e : entries)
    std::printf("%9.4f %9.4f %9.4f %9.4f %8lld  %s (%s)\n", e.latency_ms.p50, e.latency_ms.p90, e.latency_ms.p99,
                e.latency_ms.min, static_cast<long long>(e.latency_ms.runs), e.subject.model.c_str(),
                e.subject.runtime.c_str());
  return kSuccess;
}

}  // namespace

void declare_bench(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("bench", "Time networks on this machine, interleaved, one thread on one core");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("MODEL", flags->models, "one or more model files")->required();
  add_model_flags(*verb, flags->model);
  verb->add_option("--isa", flags->isa, "force an instruction set, one of: " + isa_names());
  verb->add_option("--seconds", flags->latency.budget_s, "at most this long per model")
      ->check(within(0.01, 3600))
      ->capture_default_str();
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->callback([&chosen, flags] { chosen.action = [flags] { return run(*flags); }; });
}

}  // namespace pitlane::cli
