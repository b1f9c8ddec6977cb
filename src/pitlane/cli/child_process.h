// Another program at work for ours: started without a shell, given so much time, ended with whatever it started.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane::cli {

struct ChildProcess {
  std::vector<std::string> arguments;  ///< the program first, looked for on PATH where its name has no slash
  std::filesystem::path log;           ///< made or emptied, then written: what it says on stdout and stderr
  double limit_s = 0;
  std::function<bool()> stop;  ///< asked again and again; true ends it
};

struct ChildEnd {
  enum class How { kExited, kSignalled, kTooLong, kStopped };
  How how = How::kExited;
  int code = 0;  ///< kExited: its exit code; kSignalled: the signal
};

/// Its stdin is empty. Errors: it cannot be started (kNotFound where there is no such program).
Result<ChildEnd> run_child(const ChildProcess& child);

}  // namespace pitlane::cli
