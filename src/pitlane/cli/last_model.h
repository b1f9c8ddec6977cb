// "evaluate --data A B MODEL": a flag that takes several values takes MODEL too, which its user did not mean.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane::cli {

/// Where no model is named: the last value of the first of `lists` that holds several and ends in a file that is
/// neither a recording nor a circuit. It is taken out of the list. Errors: there is none; the message says to put MODEL
/// first.
Result<std::string> take_last_model(std::initializer_list<std::vector<std::string>*> lists);

}  // namespace pitlane::cli
