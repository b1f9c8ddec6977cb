// Does a model file that was just written mean what it was made of? Asked of our own importer and of the real runtime.
#pragma once

#include <cstdint>

#include "pitlane/cli/real_runtime.h"
#include "pitlane/core/result.h"
#include "pitlane/data/dataset.h"

namespace pitlane::cli {

struct ExportCheck {
  ExportedFile file;
  const Dataset* dataset = nullptr;  ///< of the network, for real pictures; may be none
  std::uint64_t seed = 1;            ///< of the pictures
  const RuntimeFlags& runtime;
};

/// One line each: what the importer makes of it, what the runtime makes of it, or why that is not known. Gives the
/// program's exit code: kPartialFailure where one differs by more than the file's precision explains, or where the
/// runtime fails. Errors: the file cannot be read again; interrupted, which leaves
/// the file that was written.
Result<int> check_export(const ExportCheck& check);

}  // namespace pitlane::cli
