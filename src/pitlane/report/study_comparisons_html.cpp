#include "pitlane/report/study_comparisons_html.h"

#include <algorithm>

#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/report/study_text.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

std::string label_head(const StudyGrid& grid, std::size_t driver) {
  return "<th scope=\"row\"><span class=\"dot\" style=\"--c:var(--s" + std::to_string(driver % 8) +
         ")\"></span><span class=\"name\">" + html_escape(driver_label(grid, driver)) + "</span></th>";
}

std::string estimate_cell(const MeanEstimate& estimate, int decimals) {
  if (estimate.values == 0) return "<td>–</td>";
  return "<td>" + fixed_text(estimate.mean, decimals) + "<br><span class=\"interval\">" +
         interval_text(estimate, decimals) + "</span></td>";
}

std::string difference_text(double difference, int decimals) {
  const std::string text = fixed_text(difference, decimals);
  return difference > 0 && text.find_first_not_of("0.") != std::string::npos ? "+" + text : text;
}

// The difference, and below it the p-value as corrected.
std::string pair_cell(const StudyPair& pair, std::size_t figure) {
  const StudyDifference& f = pair.figures[figure];
  if (f.pairs == 0) return "<td>–</td>";
  const bool told = pair.corrected_p[figure] < 0.05;
  return "<td" + std::string(told ? " class=\"told\"" : "") + ">" +
         difference_text(f.mean_difference, kStudyDecimals[figure]) + "<br><span class=\"interval\">" +
         html_escape(p_value_text(pair.corrected_p[figure])) + ", " + std::to_string(f.pairs) +
         (f.pairs == 1 ? " drive" : " drives") + "</span></td>";
}

std::string folded(const std::string& summary, const std::string& content) {
  return "<details class=\"figures\"><summary>" + summary + "</summary>" + content + "</details>";
}

std::string share_html(const PerturbedShare& share) {
  if (share.driven == 0) return "<td>–</td>";
  std::string text = std::to_string(share.completed) + "/" + std::to_string(share.driven);
  if (share.completed > 0) text += " · " + fixed_text(share.mean_deviation_m, 3) + " m";
  return text_cell(text, share.completed == share.driven ? "good" : "bad");
}

}  // namespace

std::string more_totals_html(const StudyResult& result, const std::vector<StudyTotal>& totals) {
  std::vector<std::string> titles{"Network"};
  titles.insert(titles.end(), kMoreStudyTitles.begin(), kMoreStudyTitles.end());
  std::string body;
  for (const StudyTotal& total : totals) {
    body += "<tr>" + label_head(result.grid, total.driver);
    for (std::size_t i = 0; i < total.more.size(); ++i) body += estimate_cell(total.more[i], kMoreStudyDecimals[i]);
    body += "</tr>\n";
  }
  return folded("More totals: deviation, speed, time off the road, suddenness, frame age",
                scrolling_table("More totals", titles, body, "more-totals", 1) +
                    "<p class=\"quiet small\">Means with 95 % intervals. Deviations and speed are of completed drives, "
                    "the others of all that were driven.</p>");
}

std::string compared_pairs_text(const std::vector<StudyPair>& pairs) {
  const auto count = [&](std::size_t figure) {
    return std::count_if(pairs.begin(), pairs.end(),
                         [&](const StudyPair& pair) { return pair.figures[figure].pairs > 0; });
  };
  const auto all = count(0), completed = count(1);  // share and score; deviation and lap time
  return std::to_string(all) + (all == 1 ? " pair" : " pairs") +
         (completed == all ? "" : " (deviation and lap time: " + std::to_string(completed) + ")");
}

std::string pairs_html(const StudyResult& result, const std::vector<StudyPair>& pairs) {
  if (pairs.empty()) return "";
  std::string body;
  for (const StudyPair& pair : pairs) {
    body += "<tr>" + label_head(result.grid, pair.driver) + text_cell(driver_label(result.grid, pair.other), "text");
    for (std::size_t f = 0; f < kStudyFigures.size(); ++f) body += pair_cell(pair, f);
    body += "</tr>\n";
  }
  return folded(
      "Every network against every other",
      scrolling_table("Every pair", {"Network", "less", "Share", "Mean deviation, m", "Lap time, s", "Driving score"},
                      body, "pairs", 2) +
          "<p class=\"quiet small\">Mean differences on the drives that both have (share and score: all; deviation and "
          "lap time: those that both completed). p: paired test, corrected for " +
          compared_pairs_text(pairs) + " by Holm's method, each column for itself; bold where it is below 0.05.</p>");
}

std::vector<std::vector<PerturbedShare>> perturbed_shares(const StudyResult& result) {
  const std::vector<std::string> names = study_perturbations(result.grid);
  std::vector<std::vector<PerturbedShare>> out(result.grid.drivers.size(), std::vector<PerturbedShare>(names.size()));
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const StudyCell& cell = result.cells[i];
    const CellOutcome& outcome = result.outcomes[i];
    if (!outcome.episode && outcome.failure.empty()) continue;
    const std::string& perturbation = result.grid.drivers[cell.driver].courses[cell.course].perturbation;
    const auto column = std::find(names.begin(), names.end(), perturbation) - names.begin();
    PerturbedShare& share = out[cell.driver][static_cast<std::size_t>(column)];
    ++share.driven;
    if (!outcome.episode || !outcome.episode->completed) continue;
    ++share.completed;
    share.mean_deviation_m += (outcome.episode->deviation.mean - share.mean_deviation_m) / share.completed;
  }
  return out;
}

std::string perturbed_table_html(const StudyResult& result) {
  const std::vector<std::string> names = study_perturbations(result.grid);
  if (names.size() < 2) return "";
  std::vector<std::string> titles{"Network"};
  for (const std::string& name : names) titles.push_back(perturbation_name(result.grid, name));
  const std::vector<std::vector<PerturbedShare>> shares = perturbed_shares(result);
  std::string body;
  for (std::size_t driver = 0; driver < shares.size(); ++driver) {
    body += "<tr>" + label_head(result.grid, driver);
    for (const PerturbedShare& share : shares[driver]) body += share_html(share);
    body += "</tr>\n";
  }
  return scrolling_table("Robustness", titles, body, "robustness", 1) +
         "<p class=\"quiet small\">Each: drives completed / drives, mean deviation of those that were completed; all "
         "circuits, directions and latencies together.</p>";
}

}  // namespace pitlane
