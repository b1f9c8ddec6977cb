#include "pitlane/cli/export_check.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/formats/import.h"
#include "pitlane/measure/network_difference.h"

namespace pitlane::cli {
namespace {

constexpr std::int64_t kComparedPictures = 200;
constexpr double kRealBound = 1e-4, kHalfBound = 2e-3, kInt8Bound = 0.03;  // of an output's range

double bound_of(const ExportedFile& file) {
  double bound = kRealBound;
  if (file.options.precision == ExportPrecision::kFloat16) bound = kHalfBound;
  const bool int8 =
      file.options.precision == ExportPrecision::kInt8 || file.options.precision == ExportPrecision::kDynamic;
  for (const Weight& weight : file.network.weights) {
    if (weight.storage == Storage::kF16) bound = std::max(bound, kHalfBound);
    if (weight.storage == Storage::kI8) bound = kInt8Bound;
  }
  return int8 ? kInt8Bound : bound;
}

/// The exit code; a complaint on stderr.
int judged(const ExportCheck& check, const std::string& where, const NetworkDifference& difference) {
  const double bound = bound_of(check.file);
  if (difference.largest <= bound) return kSuccess;
  char text[96];
  std::snprintf(text, sizeof text, "differs by %.3g, more than the %.3g that its precision explains",
                difference.largest, bound);
  print_error(numeric_error(check.file.path.string() + ": " + where + text));
  return kPartialFailure;
}

Result<int> check_by_ourselves(const ExportCheck& check) {
  PITLANE_TRY(const ImportOptions options, import_options(check.model));
  const Result<Network> again = import_network(check.file.path, options);
  if (!again.ok()) return again.error().in("written, but it cannot be read again");
  PITLANE_TRY(const NetworkDifference difference,
              compare_networks(check.file.network, *again, check.dataset, kComparedPictures, check.seed));
  std::printf("read again and run on %lld pictures: largest difference %.3g of an output's range\n",
              static_cast<long long>(difference.pictures), difference.largest);
  return judged(check, "read again, it ", difference);
}

Result<int> check_by_runtime(const ExportCheck& check) {
  const std::string name = runtime_name(check.file.options.kind);
  if (name.empty()) return kSuccess;
  const Result<RuntimeCheck> made =
      check_in_real_runtime(check.file, check.dataset, kComparedPictures, check.seed, check.runtime);
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
  PITLANE_TRY(const int ours, check_by_ourselves(check));
  PITLANE_TRY(const int theirs, check_by_runtime(check));
  return std::max(ours, theirs);
}

}  // namespace pitlane::cli
