// The report's section on where the time of one network goes, and its data for the charts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// The recommended row, else the closest, else the baseline; null where its layers were not timed.
const StrategyRow* row_by_layer(const TuneResult& result);

/// Charts and a table with the same numbers; empty where row_by_layer() is null.
std::string layers_html(const TuneResult& result);
/// null where row_by_layer() is.
nlohmann::ordered_json layers_page_data(const TuneResult& result);

}  // namespace pitlane
