// Columns of a CSV file that tell the car's state beside its labels and its speed: command, light, drive. All may be
// missing; a command or a light that nobody knows is an empty field.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/data/csv_reader.h"
#include "pitlane/data/recording.h"

namespace pitlane {

class StateColumns {
 public:
  static constexpr std::array<const char*, 3> kNames = {"command", "light", "drive"};

  /// Errors: a column that is named twice.
  static Result<StateColumns> find(const CsvRow& header);
  /// Empty, or what is wrong with the row.
  [[nodiscard]] std::string take(const CsvRow& csv, RecordingRow& row) const;

 private:
  enum Which : std::size_t { kCommand, kLight, kDrive, kCount };
  std::array<std::optional<std::size_t>, kCount> columns_;
};

}  // namespace pitlane
