#include "pitlane/data/state_columns.h"

#include <cmath>

#include "pitlane/data/bad_rows.h"

namespace pitlane {
namespace {

constexpr double kLargest = 1 << 30;

}  // namespace

Result<StateColumns> StateColumns::find(const CsvRow& header) {
  StateColumns out;
  for (std::size_t which = 0; which < kCount; ++which)
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
      if (header.fields[i] != kNames[which]) continue;
      if (out.columns_[which]) return corrupt("two columns are named '" + header.fields[i] + "'");
      out.columns_[which] = i;
    }
  return out;
}

std::string StateColumns::take(const CsvRow& csv, RecordingRow& row) const {
  std::array<double, kCount> values = {-1, -1, 0};
  for (std::size_t which = 0; which < kCount; ++which) {
    if (!columns_[which]) continue;
    const std::string& field = csv.fields[*columns_[which]];
    if (field.empty() && which != kDrive) continue;
    values[which] = parse_number(field).value_or(NAN);
    if (!(values[which] >= 0) || values[which] > kLargest || values[which] != std::floor(values[which]))
      return std::string(kNames[which]) + " is " + shown(field) + ", not a whole number from 0 on";
  }
  row.command = static_cast<int>(values[kCommand]);
  row.light = static_cast<int>(values[kLight]);
  row.drive = static_cast<int>(values[kDrive]);
  return {};
}

}  // namespace pitlane
