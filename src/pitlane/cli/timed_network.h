// A network with everything that a timed run needs.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/model_file.h"
#include "pitlane/core/result.h"
#include "pitlane/engine/plan.h"
#include "pitlane/report/episode_json.h"

namespace pitlane::cli {

/// Inputs are made up, of the right sizes. Not moved once made: the views point into it.
struct TimedNetwork {
  BenchEntry entry;  ///< subject and ISA are filled in
  Network network;
  std::shared_ptr<const Plan> plan;
  std::unique_ptr<Session> session;
  std::vector<std::vector<std::byte>> inputs;
  std::vector<std::vector<float>> results;
  std::vector<TensorView> in;
  std::vector<MutableTensorView> out;
};

/// Errors: the file, a network that cannot be compiled, answers that are not the reference's.
Result<std::unique_ptr<TimedNetwork>> prepare_to_time(const std::string& path, const ModelFlags& model,
                                                      const CompileOptions& options);

}  // namespace pitlane::cli
