// pitlane convert: a model or a recording of one kind becomes one of another.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/cli/budget_flag.h"
#include "pitlane/cli/command_line.h"
#include "pitlane/cli/convert_recording.h"
#include "pitlane/cli/data_source.h"
#include "pitlane/cli/export_check.h"
#include "pitlane/cli/export_ranges.h"
#include "pitlane/cli/first_look.h"
#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/model_file.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/real_runtime.h"
#include "pitlane/cli/recipe_flags.h"
#include "pitlane/cli/reload.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/tune_notes.h"
#include "pitlane/cli/tuning_data.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/joined.h"
#include "pitlane/core/log.h"
#include "pitlane/formats/export.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/accuracy_control.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/study/budget_judge.h"
#include "pitlane/study/fine_tuning.h"
#include "pitlane/study/kept_trainings.h"

namespace pitlane::cli {
namespace {

struct ConvertFlags {
  std::string strategy, precision = "auto", io = "float";
  std::vector<std::string> data;
  std::string split = "auto";
  RecipeFlags recipe;
  std::string budget;
  bool raw_input = false, overwrite = false;
  std::uint64_t seed = 1;
  ModelFlags model;
  RuntimeFlags runtime;
  ConvertRecordingFlags recording;  // IN and OUT too
};

DataFlags data_flags(const ConvertFlags& flags) {
  return {.directories = flags.data, .split = flags.split, .max_rows = {}, .recording = flags.recording.recording};
}

// Opened once, and only if something asks for it.
class Data {
 public:
  Data(const ConvertFlags& flags, const Network& network, const ProgressFn& progress)
      : flags_(flags), network_(network), progress_(progress), from_(data_flags(flags)) {}

  /// `smaller_for`: who wants pictures of another size too; empty: nobody.
  Result<const OpenedData*> open(const std::string& smaller_for = "") {
    if (opened_) return &*opened_;
    PITLANE_TRY_STATUS(check_one_camera(flags_.recording.in, network_));
    if (!from_.directories.empty()) {
      PITLANE_TRY(recordings_, open_recordings(from_));
    }
    if (!smaller_for.empty()) PITLANE_TRY_STATUS(check_whole_frames(recordings_, smaller_for));
    if (recordings_.empty() && drives_directly(network_))
      log_info("no --data is given: the simulator's expert drives " + std::to_string(kCalibrationFrames) +
               " frames to calibrate on; give a recording of your own road with --data");
    PITLANE_TRY(opened_, open_tuning_data(from_, recordings_, network_, kCalibrationFrames, flags_.seed, progress_));
    seen_.emplace(network_, opened_->dataset,
                  reload_from(from_, recordings_, network_, kCalibrationFrames, flags_.seed));
    return &*opened_;
  }

  [[nodiscard]] bool is_open() const { return opened_.has_value(); }
  /// Once it is open.
  SeenData& seen() { return *seen_; }

 private:
  const ConvertFlags& flags_;
  const Network& network_;
  const ProgressFn& progress_;
  const DataFlags from_;
  std::vector<Recording> recordings_;
  std::optional<OpenedData> opened_;
  std::optional<SeenData> seen_;
};

bool needs_data(const Strategy& strategy) {
  return std::ranges::any_of(strategy.passes, [](const Pass& pass) {
    if (const auto* reduces = std::get_if<ReduceInput>(&pass)) return reduces->colours == Colours::kPlane;
    return !std::holds_alternative<FoldBatchNorm>(pass) && !std::holds_alternative<HalfWeights>(pass) &&
           !std::holds_alternative<PruneGlobal>(pass) && !std::holds_alternative<PruneLocal>(pass);
  });
}

// What a strategy makes of a network's numbers, where its last pass of that kind says it.
ExportPrecision precision_after(const Strategy& strategy, ExportPrecision before) {
  for (const Pass& pass : strategy.passes) {
    // Files of others hold no bfloat16 that runs everywhere; what it rounded is exact in 32 bits.
    if (const auto* half = std::get_if<HalfWeights>(&pass))
      before = half->storage == Storage::kF16 ? ExportPrecision::kFloat16 : ExportPrecision::kFloat32;
    if (std::holds_alternative<QuantizeDynamic>(pass)) before = ExportPrecision::kDynamic;
    if (std::holds_alternative<QuantizeStatic>(pass) || std::holds_alternative<QuantizeAware>(pass))
      before = ExportPrecision::kInt8;
  }
  return before;
}

// Before data is loaded and a strategy works.
Status check_ends_early(const Network& network, const Strategy* strategy, ExportOptions options) {
  const bool open = options.precision == ExportPrecision::kAuto;
  options.precision = definite_precision(network, options);
  if (open && strategy != nullptr) options.precision = precision_after(*strategy, options.precision);
  return check_ends(options);
}

/// "2 of the layers not pruned, 1 of the layers in floats"
std::string what_was_given_up(const HeldBudget& held) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, const std::string& how) {
    if (count > 0) parts.push_back(std::to_string(count) + " of the layers " + how);
  };
  add(held.spared.size(), held.not_reduced);
  add(held.put_back.size(), "in " + held.put_back_to);
  return joined(parts);
}

void tell_budget(const HeldBudget& held, ProgressBar& bar) {
  bar.clear();
  for (const std::string& sentence : held.spared) std::printf("%s\n", sentence.c_str());
  for (const std::string& sentence : held.put_back) std::printf("%s\n", sentence.c_str());
  if (!held.all_in_eight_bits.empty())
    std::printf("the budget bears fewer bits than 8 in none of %s\n", held.all_in_eight_bits.c_str());
  const double now = static_cast<double>(held.size_bytes) / 1e6;
  const std::string given_up = what_was_given_up(held);
  if (given_up.empty())
    std::printf("the budget holds with nothing put back: %.3f MB as .pit\n", now);
  else if (held.strategy_size_bytes == 0)
    std::printf("the budget holds with %s: %.3f MB as .pit\n", given_up.c_str(), now);
  else
    std::printf("the budget holds with %s: %.3f MB as .pit, without a budget %.3f MB\n", given_up.c_str(), now,
                static_cast<double>(held.strategy_size_bytes) / 1e6);
  if (!held.standing.empty()) std::printf("%s\n", held.standing.c_str());
  for (const std::string& sentence : held.loose) log_warning(sentence);
}

Status warn_of_worthless(const Network& network, const OpenedData& data, ProgressBar& bar) {
  PITLANE_TRY(const auto sentences, first_look(network, data.dataset, data.split, bar.callback()));
  bar.clear();
  for (const std::string& sentence : sentences) log_warning(sentence);
  return {};
}

Result<Network> with_strategy(Network network, const Strategy* strategy, const AccuracyBudget& budget,
                              const ConvertFlags& flags, Data& data, const KeptTrainings& trainings, ProgressBar& bar) {
  const ProgressFn progress = bar.callback();
  if (strategy == nullptr) return network;
  StrategyContext context;
  context.seed = flags.seed;
  const OpenedData* judged = nullptr;
  if (needs_data(*strategy) || !budget.empty()) {
    PITLANE_TRY(const OpenedData* opened, data.open(scales_input(*strategy) ? strategy->name : ""));
    context.dataset = &opened->dataset;
    context.split = &opened->split;
    judged = opened;
    if (const std::string few = few_frames_note(opened->split); !few.empty()) log_warning(few);
    PITLANE_TRY_STATUS(warn_of_worthless(network, *opened, bar));
    if (strategy->needs_training || !budget.empty())
      PITLANE_TRY_STATUS(check_learnable(data_flags(flags), opened->dataset));
    context.importance = importance_on(data.seen(), opened->split);
    context.seen_by = data.seen().seen_by();
    context.fine_tune = [&, opened](const Network& given, const FineTuning& wanted, const ProgressFn& inner) {
      const std::string key = fine_tuning_key(given, wanted, opened->dataset.hash, opened->split, flags.seed);
      return trainings.once(key, [&](const std::filesystem::path& checkpoint) {
        return fine_tuned(given, data.seen(), opened->split, wanted, flags.seed, checkpoint, inner);
      });
    };
  }
  if (judged == nullptr || budget.empty()) return apply_strategy(network, *strategy, context, progress);
  PITLANE_TRY(HeldBudget held,
              hold_budget(network, *strategy, context, budget, judge_on(data.seen(), judged->split), progress));
  tell_budget(held, bar);
  return std::move(held.network);
}

// What the file's integers cannot say without knowing how large numbers become.
Status add_ranges(const Network& network, Data& data, ExportOptions& options, const ProgressFn& progress) {
  if (!needs_ranges(options)) return {};
  PITLANE_TRY(const OpenedData* opened, data.open());
  PITLANE_TRY(const Dataset* seen, data.seen().as(network, progress));
  PITLANE_TRY(options.ranges, ranges_on(network, *seen, opened->split, progress));
  return {};
}

// A .h5 knows real numbers alone.
void tell_widened(const Network& network) {
  const auto stored = [&](Storage storage) {
    return std::ranges::any_of(network.weights, [storage](const Weight& w) { return w.storage == storage; });
  };
  const bool integers = stored(Storage::kI8);
  if (integers || stored(Storage::kF16))
    log_warning(std::string("a .h5 holds float32 alone: ") + (integers ? "int8" : "float16") +
                " weights become float32 of the same values, and what was small and fast is so no more; keep them in a "
                ".pit, .onnx or .tflite");
}

// Whoever chose few bits for the size should know what another format makes of it.
Status tell_packing(const Network& network, std::int64_t size, ExportKind kind) {
  constexpr double kClearly = 0.8;
  if (kind == ExportKind::kPit) return {};
  std::int64_t plain = 0;  // each number in its own storage; some formats hold wider ones alone
  for (const Weight& weight : network.weights)
    plain += weight.size() * static_cast<std::int64_t>(bytes_per_element(weight.storage));
  PITLANE_TRY(const std::vector<std::byte> packed, serialize_pit(network));
  if (static_cast<double>(packed.size()) < kClearly * static_cast<double>(std::min(size, plain)))
    std::printf("as .pit the same network has %.3f MB: few bits, zeros and shared values are packed there alone\n",
                static_cast<double>(packed.size()) / 1e6);
  return {};
}

Result<std::optional<Strategy>> chosen_strategy(const CLI::App& verb, const ConvertFlags& flags) {
  if (flags.strategy.empty()) {
    PITLANE_TRY_STATUS(refuse_flags(verb, recipe_flag_names(), "changes a strategy, and no --strategy is given"));
    return std::optional<Strategy>();
  }
  PITLANE_TRY(const Strategy* strategy, find_strategy(flags.strategy));
  PITLANE_TRY(const RecipeChanges changes, read_recipe_flags(verb, flags.recipe, {strategy}));
  return std::optional<Strategy>(with_changes(*strategy, changes));
}

Error how_to_go_on(const Error& error, const KeptTrainings& trainings, const std::string& kept) {
  const bool some = trainings.holds_something();  // none where no epoch has ended
  if (error.kind() != ErrorKind::kInterrupted || !some) return error;
  return {error.kind(), "interrupted; what was trained lies in " + kept + ", and the same command goes on from there"};
}

Result<int> convert_model(const ConvertFlags& flags, const CLI::App& verb) {
  const std::string& in = flags.recording.in;
  const std::string& out = flags.recording.out;
  PITLANE_TRY_STATUS(check_output_file(out));
  PITLANE_TRY_STATUS(check_output_folder_is_there(out));
  if (!flags.overwrite) PITLANE_TRY_STATUS(check_output_is_new(out));
  PITLANE_TRY_STATUS(check_not_the_same(out, in, "the model itself"));
  PITLANE_TRY(ExportOptions options, export_options(out, flags.precision, flags.io));
  options.raw_input = flags.raw_input;
  if (options.raw_input && options.kind != ExportKind::kOnnx)
    return invalid_argument("--raw-input: only an .onnx scales pictures itself; leave it out, or write an .onnx");
  PITLANE_TRY(const std::optional<Strategy> chosen, chosen_strategy(verb, flags));
  const Strategy* const strategy = chosen ? &*chosen : nullptr;
  PITLANE_TRY(const AccuracyBudget budget, read_budget(verb, flags.budget));
  if (!budget.empty() && strategy == nullptr)
    return invalid_argument("--budget: says what a strategy may cost, and no --strategy is given; leave it out");
  if (runtime_of(options.kind) != nullptr) PITLANE_TRY_STATUS(check_python(python_of(flags.runtime)));
  PITLANE_TRY(ModelFile file, open_model(in, flags.model));
  PITLANE_TRY_STATUS(check_ends_early(file.network, strategy, options));
  PITLANE_TRY_STATUS(check_budget_outputs(budget, file.network));
  PITLANE_TRY_STATUS(check_track_limit(budget, "convert drives none; use tune, or leave the limit out"));
  ProgressBar bar;
  const ProgressFn progress = bar.callback();
  Data data(flags, file.network, progress);
  const std::string kept = out + ".training";
  const KeptTrainings trainings(kept);
  Result<Network> made = with_strategy(file.network, strategy, budget, flags, data, trainings, bar);
  if (!made.ok()) return how_to_go_on(made.error(), trainings, kept);
  Network network = prepared_for(*std::move(made), options);
  PITLANE_TRY_STATUS(add_ranges(network, data, options, progress));
  const Dataset* seen = nullptr;  // for pictures that check the file
  if (data.is_open()) {
    PITLANE_TRY(seen, data.seen().as(network, progress));
  }
  bar.clear();
  if (options.kind == ExportKind::kKeras) tell_widened(network);
  network.metadata["command"] = command_line();
  if (interrupt_requested())
    return how_to_go_on(Error(ErrorKind::kInterrupted, "interrupted; " + out + " is not written"), trainings, kept);
  PITLANE_TRY(const std::int64_t size,
              export_network(network, options, out, flags.overwrite ? Existing::kReplace : Existing::kRefuse));
  std::printf("%s: %s, %.3f MB, was %.3f MB\n", out.c_str(), options.description().c_str(),
              static_cast<double>(size) / 1e6, static_cast<double>(file.size_bytes) / 1e6);
  PITLANE_TRY_STATUS(tell_packing(network, size, options.kind));
  std::fflush(stdout);  // the rest may take a while
  trainings.remove();
  if (trainings.holds_something())
    log_warning(kept +
                ": is left, with what an interrupted command with other options trained; delete it if that is not "
                "to go on");
  return check_export({{out, network, options}, seen, flags.seed, flags.runtime});
}

constexpr std::initializer_list<const char*> kOfRecordings = {
    "--format",      "--steering-correction", "--no-side-cameras", "--image-topic", "--command-topic",
    "--speed-topic", "--tolerance-ms",        "--interpolate",     "--split"};

Result<int> run(const ConvertFlags& flags, const CLI::App& verb) {
  std::error_code unknown;
  if (!std::filesystem::exists(flags.recording.in, unknown))
    return not_found(flags.recording.in + ": no such file or directory; convert takes IN first, then OUT");
  const bool recording = is_recording_argument(flags.recording.in);
  if (recording) {
    PITLANE_TRY_STATUS(refuse_model_flags(verb, "says what a model leaves unsaid, and IN is a recording"));
    constexpr const char* kOfModels = "is about models, and IN is a recording";
    PITLANE_TRY_STATUS(refuse_flags(verb, recipe_flag_names(), kOfModels));
    PITLANE_TRY_STATUS(refuse_flags(verb,
                                    {"--strategy", "--budget", "--precision", "--io", "--raw-input", "--overwrite",
                                     "--data", "--split", "--seed", "--python", "--python-limit-s"},
                                    kOfModels));
  } else {
    PITLANE_TRY_STATUS(refuse_flags(verb, {"--to", "--drop"}, "is about recordings, and IN is a model"));
    if (flags.data.empty())
      PITLANE_TRY_STATUS(
          refuse_flags(verb, kOfRecordings, "is about recordings, IN is a model and no --data is given"));
  }
  return recording ? convert_recording_verb(flags.recording) : convert_model(flags, verb);
}

}  // namespace

void declare_convert(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand(
      "convert", "Write a model as .pit, .onnx, .tflite or .h5 and verify it, or a recording in another tool's format");
  const auto flags = std::make_shared<ConvertFlags>();
  verb->add_option("IN", flags->recording.in, "model file of any kind, recording or bag")->required();
  verb->add_option("OUT", flags->recording.out, "model: its ending says the kind; recording: a directory")->required();
  verb->add_option("--strategy", flags->strategy, "applied first (see pitlane strategies)");
  add_recipe_flags(*verb, flags->recipe);
  add_budget_flag(*verb, flags->budget);
  verb->add_option("--precision", flags->precision,
                   "auto (what the weights are), float32, float16, dynamic or int8, as far as the kind has it")
      ->capture_default_str();
  verb->add_option(
          "--io", flags->io,
          "inputs and outputs of an int8 .tflite: float, int8 or uint8 (a picture's bytes as a camera gives them)")
      ->capture_default_str();
  verb->add_flag("--raw-input", flags->raw_input, "an .onnx takes the picture's bytes and scales them itself");
  verb->add_flag("--overwrite", flags->overwrite, "replace the file OUT where there is one");
  // One each time, since OUT may stand behind it.
  verb->add_option("--data", flags->data, "a recording for strategies that calibrate or fine-tune; once for each")
      ->allow_extra_args(false);
  verb->add_option("--split", flags->split, "how validation data is set apart from them")->capture_default_str();
  verb->add_option("--seed", flags->seed, "of fine-tuning, and of the pictures that verify")
      ->check(seed())
      ->capture_default_str();
  add_runtime_flags(*verb, flags->runtime, "runs a model that was written");
  add_convert_recording_flags(*verb, flags->recording);
  add_model_flags(*verb, flags->model);
  verb->callback([&chosen, flags, verb] { chosen.action = [flags, verb] { return run(*flags, *verb); }; });
}

}  // namespace pitlane::cli
