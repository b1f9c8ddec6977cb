#include "pitlane/cli/recipe_flags.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "pitlane/cli/number_range.h"
#include "pitlane/core/printable.h"

namespace pitlane::cli {
namespace {

struct RecipeFlag {
  const char* name;
  bool (*concerns)(const Strategy&);
  const char *one, *many;  ///< what strategies do that it does not concern
};

constexpr RecipeFlag kFlags[] = {
    {"--sparsity", prunes, "prunes nothing", "prune nothing"},
    {"--keep", shrinks, "removes no channels", "remove no channels"},
    {"--input-scale", scales_input, "shows no smaller picture", "show no smaller picture"},
    {"--calibrator", quantizes_statically, "chooses no ranges by calibration alone",
     "choose no ranges by calibration alone"},
    {"--weight-bits", quantizes_statically, "quantises no weights by calibration alone",
     "quantise no weights by calibration alone"},
    {"--equalize", quantizes_statically, "quantises no weights by calibration alone",
     "quantise no weights by calibration alone"},
    {"--clusters", clusters, "shares no values", "share no values"},
    {"--epochs", trains, "trains nothing", "train nothing"},
    {"--calibration-samples", calibrates, "measures no ranges", "measure no ranges"},
};

Status check_concerns_some(const RecipeFlag& flag, const std::vector<const Strategy*>& strategies) {
  std::string names;
  for (const Strategy* strategy : strategies) {
    if (flag.concerns(*strategy)) return {};
    names += (names.empty() ? "" : ", ") + std::string(strategy->name);
  }
  return invalid_argument(std::string(flag.name) + ": " + names + " " +
                          (strategies.size() == 1 ? flag.one : flag.many) + "; leave it out");
}

/// "0.75", "0.5x1".
Result<PictureScale> parse_picture_scale(const std::string& text) {
  constexpr double kLeast = 0.05;
  const std::size_t by = text.find('x');
  double shares[2] = {0, 0};
  bool good = true;
  for (const std::size_t i : {0U, 1U}) {
    const std::string part = by == std::string::npos ? text : i == 0 ? text.substr(0, by) : text.substr(by + 1);
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), shares[i]);
    good = good && code == std::errc() && end == part.data() + part.size() && shares[i] >= kLeast && shares[i] <= 1;
  }
  const PictureScale scale(shares[0], shares[1]);
  if (good && !scale.is_whole()) return scale;
  return invalid_argument(
      "--input-scale: must be a share of at least 0.05 and below 1, or COLUMNSxROWS with shares within 0.05 to "
      "1, e.g. 0.5x1, not '" +
      printable(text) + "'");
}

}  // namespace

void add_recipe_flags(CLI::App& verb, RecipeFlags& flags) {
  verb.add_option("--sparsity", flags.numbers.sparsity,
                  "share of zeros for strategies that prune, e.g. 0.8, in place of their own")
      ->check(within(0, 0.99));
  verb.add_option("--keep", flags.numbers.keep,
                  "share of each layer's channels that strategies that shrink keep, e.g. 0.25, in place of their own")
      ->check(within(0.01, 1));
  verb.add_option(
      "--input-scale", flags.input_scale,
      "share of the picture that strategies with a smaller one keep, of columns and rows alike, e.g. 0.75, or "
      "of each, COLUMNSxROWS, e.g. 0.5x1, in place of their own");
  verb.add_option("--calibrator", flags.calibrator,
                  "how strategies with static int8 choose ranges: cubed_error, min_max, percentile, mse or entropy");
  verb.add_option("--weight-bits", flags.numbers.weight_bits,
                  "bits for each weight of large layers (65,536 and more), 2 to 8, for strategies with static int8")
      ->check(whole(2, 8));
  verb.add_flag("--equalize", flags.numbers.equalize,
                "layers in a row share the sizes of their channels first, for strategies with static int8");
  verb.add_option("--clusters", flags.numbers.clusters,
                  "values that the weights of a layer share, 2 to 256, for strategies that cluster, in place of 16")
      ->check(whole(2, 256));
  verb.add_option("--epochs", flags.numbers.epochs,
                  "epochs of each training of strategies that train, in place of their own")
      ->check(whole(1, 1000));
  verb.add_option("--calibration-samples", flags.numbers.calibration_samples,
                  "training pictures on which strategies with static int8 or with rounding in sight measure ranges, in "
                  "place of 512")
      ->check(whole(16, 1000000));
}

std::vector<const char*> recipe_flag_names() {
  std::vector<const char*> names;
  for (const RecipeFlag& flag : kFlags) names.push_back(flag.name);
  return names;
}

Result<RecipeChanges> read_recipe_flags(const CLI::App& verb, const RecipeFlags& flags,
                                        const std::vector<const Strategy*>& strategies) {
  RecipeChanges changes = flags.numbers;
  const bool named = verb.count("--calibrator") > 0;
  if (named) {
    Result<Calibrator> calibrator = find_calibrator(flags.calibrator);
    if (!calibrator.ok()) return calibrator.error().in("--calibrator");
    changes.calibrator = *calibrator;
  }
  if (verb.count("--input-scale") > 0) {
    PITLANE_TRY(changes.input_scale, parse_picture_scale(flags.input_scale));
  }
  for (const RecipeFlag& flag : kFlags)
    if (verb.count(flag.name) > 0) PITLANE_TRY_STATUS(check_concerns_some(flag, strategies));
  return changes;
}

}  // namespace pitlane::cli
