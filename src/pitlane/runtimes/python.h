// Which Python has the user's runtimes.
#pragma once

#include <string>

#include "pitlane/core/result.h"

namespace pitlane {

struct Python {
  std::string program;  ///< a path, or a name that is looked for on PATH
  std::string source;   ///< who named it, e.g. "--python"; empty: nobody, it is python3
};

/// `named` by `source`; where that is empty PITLANE_PYTHON, else python3.
Python choose_python(const std::string& named, const std::string& source);

/// As execvp looks for it.
bool is_on_path(const std::string& program);

/// Errors: one that somebody named is not there.
Status check_python(const Python& python);

}  // namespace pitlane
