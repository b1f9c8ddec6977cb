// Manual pages for man(1), made from the table of verbs.
#pragma once

#include <string>
#include <vector>

#include "pitlane/cli/verb_table.h"

namespace pitlane::cli {

/// "pitlane", "pitlane-circuit-show": the name of the page, and of its file without ".1".
std::string manual_page_name(const VerbRow& verb);

/// In the language of man(7). `table`: all verbs, for SEE ALSO.
std::string manual_page(const VerbRow& verb, const std::vector<VerbRow>& table);

}  // namespace pitlane::cli
