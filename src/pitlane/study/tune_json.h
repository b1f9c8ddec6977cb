// Rows and results as JSON texts that read back exactly: what the store keeps between runs. For scripts there is
// json_report; this format carries every double bit for bit (not finite: "nan", "inf", "-inf") and may change with
// its version.
#pragma once

#include <string>
#include <string_view>

#include "pitlane/core/result.h"
#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Bytes that are not UTF-8 in strings become U+FFFD; all else survives the way there and back.
std::string to_json(const StrategyRow& row);
std::string to_json(const TuneResult& result);

/// Errors name the place: "rows[2].laps[0].seed: expected an unsigned integer". Unknown members are ignored.
Result<StrategyRow> strategy_row_from_json(std::string_view text);
Result<TuneResult> tune_result_from_json(std::string_view text);

}  // namespace pitlane
