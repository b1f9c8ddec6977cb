// What every verb of the program shares: how it is declared and how it ends.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "pitlane/core/result.h"

namespace pitlane::cli {

/// Documented in --help and in the README; scripts rely on them.
enum ExitCode : int {
  kSuccess = 0,
  kPartialFailure = 1,  ///< a row or the search of tune failed, a driver on the track; a limit of replay does not hold
  kBadInput = 2,        ///< a bad argument or file; one line on stderr says what, where and the remedy
  kInterruptedExit = 130,
};

/// Parsing only records what to do; nothing is opened before the whole command line is understood.
struct Chosen {
  std::function<Result<int>()> action;  ///< returns an ExitCode
};

/// One verb: declares its flags on `app` and sets `chosen.action` when the user names it. One file each.
using DeclareVerb = void (*)(CLI::App& app, Chosen& chosen);

void declare_bench(CLI::App& app, Chosen& chosen);
void declare_circuit(CLI::App& app, Chosen& chosen);
void declare_completion(CLI::App& app, Chosen& chosen);
void declare_convert(CLI::App& app, Chosen& chosen);
void declare_drive(CLI::App& app, Chosen& chosen);
void declare_evaluate(CLI::App& app, Chosen& chosen);
void declare_inspect(CLI::App& app, Chosen& chosen);
void declare_manual(CLI::App& app, Chosen& chosen);
void declare_perturbations(CLI::App& app, Chosen& chosen);
void declare_record(CLI::App& app, Chosen& chosen);
void declare_replay(CLI::App& app, Chosen& chosen);
void declare_strategies(CLI::App& app, Chosen& chosen);
void declare_study(CLI::App& app, Chosen& chosen);
void declare_train(CLI::App& app, Chosen& chosen);
void declare_tune(CLI::App& app, Chosen& chosen);

}  // namespace pitlane::cli
