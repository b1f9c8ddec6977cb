#include "pitlane/cli/export_check.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/model_flags.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/progress.h"
#include "pitlane/formats/import.h"
#include "pitlane/measure/network_difference.h"

namespace pitlane::cli {
namespace {

constexpr std::int64_t kComparedPictures = 200;
// Of an output's range: roundings that the file's numbers explain, and what it costs to round a network's to int8.
constexpr double kRealBound = 1e-4, kHalfBound = 2e-3, kInt8Bound = 0.03, kQuantizingBound = 0.1;

bool has(const ExportedFile& file, Storage storage) {
  return std::ranges::any_of(file.network.weights, [&](const Weight& w) { return w.storage == storage; });
}

bool fixed_ranges(const ExportedFile& file) {
  return std::ranges::any_of(file.network.values, [](const Value& v) { return v.quantization.has_value(); });
}

/// Two right implementations of one file of integers round differently. A rounding is off by at most a step of its
/// layer's grid, a 255th of what the layer makes; a layer behind it that passes on its share makes of that a step of
/// its own grid. So each layer that rounds moves an answer by about one step of the output's grid. A constant would be
/// too wide for short networks and too narrow for long ones, or those whose output's grid is wide.
double steps_bound(const ExportedFile& file) {
  double step = 0;
  for (const OutputSpec& output : file.network.outputs) {
    const auto id = static_cast<std::size_t>(output.value);
    const auto& grid = file.network.values[id].quantization;
    const auto range = id < file.options.ranges.size() ? file.options.ranges[id] : std::nullopt;
    if (grid) step = std::max(step, static_cast<double>(grid->scale));
    if (!grid && range)
      step = std::max(step, (static_cast<double>(range->high) - static_cast<double>(range->low)) / 255);
  }
  return std::clamp(rounded_layers(file.network) * step, kInt8Bound, kQuantizingBound);
}

double bound_of(const ExportedFile& file) {
  const ExportPrecision precision = file.options.precision;
  // Weights of int8 need not be rounded again, but activations of real numbers are, where the file has int8 ones.
  if (precision == ExportPrecision::kInt8 && !fixed_ranges(file)) return kQuantizingBound;
  if (precision == ExportPrecision::kInt8) return steps_bound(file);
  // The other way round: the engine rounds activations, a file of real numbers does not.
  if (has(file, Storage::kI8)) return fixed_ranges(file) ? kQuantizingBound : kInt8Bound;
  if (precision == ExportPrecision::kDynamic) return kQuantizingBound;
  return precision == ExportPrecision::kFloat16 || has(file, Storage::kF16) ? kHalfBound : kRealBound;
}

/// Where ranges are fixed, what lies outside of them is cut off, in the file at other places than in the engine: noise
/// would tell of that alone.
DrawOptions draw_options(const ExportCheck& check) {
  const bool fixed = check.file.options.precision == ExportPrecision::kInt8 || fixed_ranges(check.file);
  return {check.dataset, !fixed, check.seed};
}

/// What one can do about a file that differs by too much.
std::string remedy(const ExportCheck& check) {
  const ExportPrecision precision = check.file.options.precision;
  const bool rounded = precision == ExportPrecision::kInt8 || precision == ExportPrecision::kDynamic;
  if (!rounded && !has(check.file, Storage::kI8)) return "do not use the file; try another kind of file";
  if (precision == ExportPrecision::kInt8)
    return "calibrate it on recordings of its own road with --data, or keep more: --precision dynamic or float16 of a "
           "network of real numbers";
  return "keep more: --precision float16 or float32 of a network of real numbers";
}

/// The exit code; a complaint on stderr.
int judged(const ExportCheck& check, const std::string& where, const NetworkDifference& difference) {
  const double bound = bound_of(check.file);
  if (difference.largest <= bound) return kSuccess;
  char text[112];
  std::snprintf(text, sizeof text, "differs by %.3g, more than the %.3g that its precision explains",
                difference.largest, bound);
  std::fflush(stdout);
  print_error(numeric_error(check.file.path.string() + ": " + where + text + "; " + remedy(check)));
  return kPartialFailure;
}

Result<int> check_by_ourselves(const ExportCheck& check) {
  ModelFlags said;
  if (check.file.options.kind == ExportKind::kKeras) said = flags_for(check.file.network);
  PITLANE_TRY(const ImportOptions options, import_options(said));
  if (interrupt_requested()) return interrupted();
  const Result<Network> again = import_network(check.file.path, options);
  if (!again.ok()) return again.error().in("written, but it cannot be read again");
  const ProgressFn go_on = [](const Progress&) { return !interrupt_requested(); };
  PITLANE_TRY(const NetworkDifference difference,
              compare_networks(check.file.network, *again, kComparedPictures, draw_options(check), go_on));
  std::printf(
      "read again and run on %lld pictures: largest difference %.3g of an output's range from the network "
      "that was written\n",
      static_cast<long long>(difference.pictures), difference.largest);
  if (check.file.options.kind == ExportKind::kKeras)
    std::printf("what a Keras file leaves unsaid, say when you read it: %s\n", printable(to_words(said)).c_str());
  return judged(check, "read again, it ", difference);
}

Result<int> check_by_runtime(const ExportCheck& check) {
  const ForeignRuntime* const runtime = runtime_of(check.file.options.kind);
  if (runtime == nullptr) return kSuccess;
  const std::string name = runtime->name;
  const Result<RuntimeCheck> made =
      check_in_real_runtime(check.file, kComparedPictures, draw_options(check), check.runtime);
  if (!made.ok()) {
    if (made.error().kind() == ErrorKind::kInterrupted) return made.error();
    print_error(made.error().in(check.file.path.string() + ": not checked in " + name));
    return kPartialFailure;
  }
  if (!made->not_checked.empty()) {
    std::printf("not checked in %s: %s\n", name.c_str(), printable(made->not_checked).c_str());
    return kSuccess;
  }
  const int code = judged(check, "in " + made->runtime + " it ", made->difference);
  if (code == kSuccess)
    std::printf("%s agrees: largest difference %.3g of an output's range on %lld pictures\n", made->runtime.c_str(),
                made->difference.largest, static_cast<long long>(made->difference.pictures));
  return code;
}

}  // namespace

Result<int> check_export(const ExportCheck& check) {
  const auto both = [&]() -> Result<int> {
    PITLANE_TRY(const int ours, check_by_ourselves(check));
    PITLANE_TRY(const int theirs, check_by_runtime(check));
    return std::max(ours, theirs);
  };
  Result<int> code = both();
  if (code.ok() || code.error().kind() != ErrorKind::kInterrupted) return code;
  return Error(ErrorKind::kInterrupted,
               "interrupted; " + check.file.path.string() + " is written and whole, but was not verified");
}

}  // namespace pitlane::cli
