// How the texts of a study name its drivers and print its figures: the same in Markdown and on the page.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "pitlane/study/study_latency.h"
#include "pitlane/study/study_totals.h"

namespace pitlane {

/// Digits behind the point, in the order of kStudyFigures.
inline constexpr std::array<int, kStudyFigures.size()> kStudyDecimals{2, 3, 2, 1};

/// "p 0.031", "p < 0.001"
std::string p_value_text(double p);
/// "[0.142, 0.171]"
std::string interval_text(const MeanEstimate& estimate, int decimals);
/// "0.153 [0.142, 0.171], p 0.031"; "-" without a value. `is_first`: the driver that others are compared with.
std::string figure_text(const StudyFigure& figure, int decimals, bool is_first);
/// "38 of 40, 1 failed"
std::string driven_text(const StudyTotal& total);
/// What became of a cell: "completed", "off the road after 12.3 %", "could not be driven: no such world".
std::string outcome_text(const CellOutcome& outcome);
/// As CellOrigin has it, or that the store does not say.
std::string machine_text(const std::string& machine);
/// "60 ms (not 120 ms)", "at least 120 ms", "none (not even 0 ms)"
std::string latency_limit_text(const StudyLatencyLimit& limit);
/// What latency each driver survives, in one sentence; empty where the study has no
/// latencies to compare. Of drives without a perturbation where there are such.
std::string latency_sentence(const StudyResult& result);
/// "40 drives of 1 lap, seeds 1 to 5"
std::string extent_text(const StudyResult& result);

}  // namespace pitlane
