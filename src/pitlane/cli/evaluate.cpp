// pitlane evaluate: how far networks are from a recording's labels.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/cli/data_source.h"
#include "pitlane/cli/last_model.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/report/episode_json.h"

namespace pitlane::cli {
namespace {

struct EvaluateFlags {
  std::vector<std::string> models;
  DataFlags data;
  ModelFlags model;
  std::string part = "validation";
  bool json = false;
};

std::vector<std::int64_t> chosen_samples(const OpenedData& data, const std::string& part) {
  if (part == "validation") return data.split.validation;
  if (part == "train") return data.split.train;
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < data.dataset.size(); ++i)
    if (data.dataset.side_camera[static_cast<std::size_t>(i)] == 0) all.push_back(i);
  return all;
}

// Which of the recordings' rows are judged, and how to have others.
std::string judged_rows(const OpenedData& data, const std::string& part) {
  if (part == "all") return "rows of the centre camera, all of them: " + data.description;
  return part + " rows (--part all for every row): " + data.description;
}

void print_entry(const EvaluateEntry& entry) {
  std::printf("%s: %lld frames, MSE %.6f, MAE %.6f (normalised)\n", entry.subject.model.c_str(),
              static_cast<long long>(entry.accuracy.samples), entry.accuracy.mse, entry.accuracy.mae);
  for (const OutputAccuracy& o : entry.accuracy.outputs) {
    std::printf("  %-10s MSE %.6f   MAE %.6f   ", o.name.c_str(), o.mse, o.mae);
    if (o.mse_over_variance == 0 && o.mse > 0)
      std::printf("its labels never change: MSE / variance has no meaning\n");
    else
      std::printf("MSE / variance %.4f%s\n", o.mse_over_variance,
                  o.mse_over_variance >= 1 ? "   no better than always saying the mean" : "");
  }
  if (entry.agreement)
    std::printf("  against the first network: mean squared difference %.3g, largest %.3g\n", entry.agreement->mse,
                entry.agreement->max_abs);
}

// What the first network said, for the others to be compared with.
struct First {
  std::vector<OutputSpec> outputs;
  Predictions predictions;
};

bool comparable(const std::vector<OutputSpec>& a, const std::vector<OutputSpec>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const OutputSpec& x, const OutputSpec& y) {
    return x.name == y.name && x.low == y.low && x.high == y.high;
  });
}

Result<EvaluateEntry> evaluate_one(const std::string& path, const EvaluateFlags& flags, const ProgressFn& progress,
                                   std::optional<First>& first) {
  PITLANE_TRY(const ModelFile file, open_one_camera_model(path, flags.model));
  PITLANE_TRY(const OpenedData data, open_data_for(flags.data, file.network, progress));
  const std::vector<std::int64_t> samples = chosen_samples(data, flags.part);
  PITLANE_TRY(const auto plan, compile(file.network));
  const std::unique_ptr<Session> session = plan->new_session();
  if (!flags.json && !first) std::printf("judged are the %s\n", printable(judged_rows(data, flags.part)).c_str());
  const auto start = std::chrono::steady_clock::now();
  PITLANE_TRY(Predictions made, predict(file.network, *session, data.dataset, samples, progress));
  EvaluateEntry entry;
  entry.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  entry.subject = {path, content_hash(file.network), file.size_bytes, session->description(), {}};
  for (const std::string& directory : flags.data.directories) entry.data += (entry.data.empty() ? "" : " ") + directory;
  entry.data_hash = data.dataset.hash;
  entry.accuracy = accuracy(made, data.dataset, samples);
  if (!first)
    first = First{data.dataset.outputs, std::move(made)};
  else if (comparable(first->outputs, data.dataset.outputs) && first->predictions.values.size() == made.values.size())
    entry.agreement = agreement(made, first->predictions);
  else
    std::fprintf(stderr, "%s: not compared with the first network, whose outputs or frames are others\n", path.c_str());
  return entry;
}

Result<int> run(const EvaluateFlags& flags) {
  std::vector<EvaluateEntry> entries;
  std::optional<First> first;
  ProgressBar bar;
  for (const std::string& path : flags.models) {
    PITLANE_TRY(EvaluateEntry entry, evaluate_one(path, flags, bar.callback(), first));
    bar.clear();
    if (!flags.json) print_entry(entry);
    entries.push_back(std::move(entry));
  }
  if (flags.json) std::fputs(evaluate_json(entries).c_str(), stdout);
  return kSuccess;
}

}  // namespace

void declare_evaluate(CLI::App& app, Chosen& chosen) {
  CLI::App* verb =
      app.add_subcommand("evaluate", "Measure networks against a recording's labels: MSE, MAE, MSE / variance");
  const auto flags = std::make_shared<EvaluateFlags>();
  verb->add_option("MODEL", flags->models, "one or more model files");
  add_model_flags(*verb, flags->model);
  add_data_flags(*verb, flags->data, true);
  verb->add_option("--part", flags->part, "validation, train or all (centre camera)")
      ->check(CLI::IsMember({"validation", "train", "all"}))
      ->capture_default_str();
  verb->add_flag("--json", flags->json, "print one JSON document");
  verb->callback([&chosen, flags] {
    chosen.action = [flags]() -> Result<int> {
      if (flags->models.empty()) {
        PITLANE_TRY(std::string model, take_last_model({&flags->data.directories}));
        flags->models.push_back(std::move(model));
      }
      return run(*flags);
    };
  });
}

}  // namespace pitlane::cli
