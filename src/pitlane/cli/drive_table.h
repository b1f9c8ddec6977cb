// The table that `drive` prints, a row as each drive ends.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pitlane/report/episode_json.h"

namespace pitlane::cli {

/// Rows are printed as they come, so the columns whose texts the user chooses are measured before.
class DriveTable {
 public:
  struct Texts {  ///< that will stand in these columns; no perturbations: no such column
    std::vector<std::string> models, circuits, latencies, perturbations;
  };
  explicit DriveTable(const Texts& texts);

  void print_titles() const;
  void print_entry(const DriveEntry& entry) const;

 private:
  void print(const std::string& model, const std::string& circuit, const std::string& way,
             const std::string& perturbation, const std::string& latency, const std::string& end) const;

  std::size_t model_ = 10, circuit_ = 12, latency_ = 7, perturbation_ = 0;
};

}  // namespace pitlane::cli
