// The page's parts that are plain HTML: they read well without scripts.
#pragma once

#include <string>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// Each returns whole elements, every foreign text escaped. Missing numbers are an en dash.
std::string results_table_html(const TuneResult& result);
/// MSE, MAE and MSE / variance of each output, and the agreement with the baseline; empty where nothing was judged.
std::string output_table_html(const TuneResult& result);
/// One row a drive; empty where nothing was driven.
std::string lap_table_html(const TuneResult& result);
/// The published figures, ours beside them, defects as footnotes.
std::string published_table_html(const TuneResult& result);
/// The same of driving; empty where nothing was driven.
std::string published_driving_table_html(const TuneResult& result);

}  // namespace pitlane
