// An exported file in the runtime that it is made for: ONNX Runtime, LiteRT or Keras, through the user's Python.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/measure/drawn_inputs.h"
#include "pitlane/measure/network_difference.h"
#include "pitlane/runtimes/foreign_model.h"
#include "pitlane/runtimes/python.h"

namespace pitlane::cli {

struct RuntimeFlags {
  std::string python;  ///< empty: PITLANE_PYTHON, else python3
  double limit_s = 120;
};

/// `what`: the Python does, for its help.
void add_runtime_flags(CLI::App& verb, RuntimeFlags& flags, const std::string& what);

Python python_of(const RuntimeFlags& flags);

/// Of the command line; Ctrl-C stops them.
WorkerOptions worker_options(const RuntimeFlags& flags);

struct RuntimeCheck {
  std::string not_checked;  ///< why there is nothing below; empty: it was checked
  std::string runtime;      ///< "onnxruntime 1.32.0"
  NetworkDifference difference;
};

/// Runs `file` on `count` inputs of DrawnInputs (fewer where they are large) and compares with the engine's answers for
/// the network. Errors: the runtime refuses the file or takes longer than the limit; Ctrl-C.
Result<RuntimeCheck> check_in_real_runtime(const ExportedFile& file, std::int64_t count, const DrawOptions& draw,
                                           const RuntimeFlags& flags);

}  // namespace pitlane::cli
