// The report's section on what the search for a student tried, and its data for the chart.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// How many students each rung had and what became of them, in sentences; empty without a search.
std::string search_summary(const Search& search);

/// A section with these sentences and a chart of all that was timed and taught; empty without a search.
std::string search_html(const TuneResult& result);
/// Every trial in its order; empty without a search.
nlohmann::ordered_json search_page_data(const TuneResult& result);

}  // namespace pitlane
