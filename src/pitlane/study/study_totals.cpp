#include "pitlane/study/study_totals.h"

#include <algorithm>
#include <utility>

namespace pitlane {
namespace {

using Values = std::array<std::optional<double>, kStudyFigures.size()>;  // in the order of the names

bool is_missing(const CellOutcome& outcome) { return !outcome.episode && outcome.failure.empty(); }

bool has_failed(const CellOutcome& outcome) {
  return !outcome.failure.empty() || (outcome.episode && outcome.episode->end == EpisodeEnd::kControllerFailed);
}

// A car that leaves the road after three metres has a small deviation: that of incomplete drives says nothing.
Values values_of(const CellOutcome& outcome) {
  if (is_missing(outcome)) return {};
  if (!outcome.episode) return {0.0, std::nullopt, std::nullopt, 0.0};
  const EpisodeResult& e = *outcome.episode;
  if (!e.completed) return {0.0, std::nullopt, std::nullopt, e.driving_score};
  return {1.0, e.deviation.mean, e.lap_time_s, e.driving_score};
}

StudyDifference difference_of(const std::vector<Values>& own, const std::vector<Values>& first, std::size_t figure) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i][figure] && first[i][figure]) differences.push_back(*own[i][figure] - *first[i][figure]);
  StudyDifference out;
  out.pairs = static_cast<int>(differences.size());
  if (differences.empty()) return out;
  for (const double difference : differences) out.mean_difference += difference / static_cast<double>(out.pairs);
  out.p_value = sign_flip_p_value(differences);
  return out;
}

StudyFigure figure_of(const std::vector<Values>& own, const std::vector<Values>& first, std::size_t figure) {
  std::vector<double> values;
  for (const Values& one : own)
    if (one[figure]) values.push_back(*one[figure]);
  return {difference_of(own, first, figure), estimate_mean(values)};
}

// `own` and `first`: the same cells of two drivers, in one order.
StudyTotal total_of(const StudyResult& result, const std::vector<std::size_t>& own,
                    const std::vector<std::size_t>& first) {
  StudyTotal total;
  total.driver = result.cells[own.front()].driver;
  total.cells = static_cast<int>(own.size());
  std::vector<Values> own_values, first_values;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const CellOutcome& outcome = result.outcomes[own[i]];
    total.completed += outcome.episode && outcome.episode->completed ? 1 : 0;
    total.failed += has_failed(outcome) ? 1 : 0;
    total.missing += is_missing(outcome) ? 1 : 0;
    own_values.push_back(values_of(outcome));
    first_values.push_back(values_of(result.outcomes[first[i]]));
  }
  for (std::size_t f = 0; f < kStudyFigures.size(); ++f) total.figures[f] = figure_of(own_values, first_values, f);
  return total;
}

using MoreValues = std::array<double, kMoreStudyFigures.size()>;  // in the order of the names
constexpr std::size_t kOfCompleted = 4;                           // the first ones are of completed drives

MoreValues more_values_of(const EpisodeResult& e) {
  return {e.deviation.rmse,       e.deviation.p95, e.deviation.max,    e.average_speed_mps,  e.off_road_s,
          e.line_lost_s,          e.wrong_way_s,   e.suddenness.v_mps, e.suddenness.w_radps, 1e3 * e.frame_age.mean_s,
          1e3 * e.frame_age.p95_s};
}

std::vector<MeanEstimate> more_of(const StudyResult& result, const std::vector<std::size_t>& own) {
  std::array<std::vector<double>, kMoreStudyFigures.size()> values;
  for (const std::size_t cell : own) {
    const std::optional<EpisodeResult>& episode = result.outcomes[cell].episode;
    if (!episode) continue;
    const MoreValues all = more_values_of(*episode);
    for (std::size_t f = 0; f < all.size(); ++f)
      if (f >= kOfCompleted || episode->completed) values[f].push_back(all[f]);
  }
  std::vector<MeanEstimate> out;
  for (const std::vector<double>& one : values) out.push_back(estimate_mean(one));
  return out;
}

using Chosen = std::function<bool(const StudyDriver&, const StudyCell&)>;

std::vector<std::size_t> cells_of(const StudyResult& result, std::size_t driver, const Chosen& chosen) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < result.cells.size(); ++i)
    if (result.cells[i].driver == driver && chosen(result.grid.drivers[driver], result.cells[i])) out.push_back(i);
  return out;
}

std::string course_name(const Course& course) { return course.circuit + (course.reverse ? " reverse" : ""); }

// What `name` makes of the courses, each once.
template <typename Name>
std::vector<std::string> names_of(const StudyDriver& driver, const Name& name) {
  std::vector<std::string> out;
  for (const Course& course : driver.courses)
    if (std::find(out.begin(), out.end(), name(course)) == out.end()) out.push_back(name(course));
  return out;
}

}  // namespace

std::vector<StudyTotal> study_totals(const StudyResult& result) {
  const Chosen all = [](const StudyDriver&, const StudyCell&) { return true; };
  std::vector<StudyTotal> totals;
  const std::vector<std::size_t> first = cells_of(result, 0, all);
  for (std::size_t driver = 0; driver < result.grid.drivers.size(); ++driver) {
    const std::vector<std::size_t> own = cells_of(result, driver, all);
    totals.push_back(total_of(result, own, first));
    totals.back().more = more_of(result, own);
  }
  return totals;
}

StudyDifferences study_differences(const StudyResult& result, std::size_t driver, std::size_t other) {
  const Chosen all = [](const StudyDriver&, const StudyCell&) { return true; };
  std::vector<Values> own, others;
  for (const std::size_t cell : cells_of(result, driver, all)) own.push_back(values_of(result.outcomes[cell]));
  for (const std::size_t cell : cells_of(result, other, all)) others.push_back(values_of(result.outcomes[cell]));
  StudyDifferences out;
  for (std::size_t f = 0; f < out.size(); ++f) out[f] = difference_of(own, others, f);
  return out;
}

std::vector<StudyTotal> study_conditions(const StudyResult& result) {
  std::vector<StudyTotal> totals;
  const std::vector<std::string> perturbations = study_perturbations(result.grid);
  const std::size_t latencies = result.grid.drivers.front().latencies.size();
  if (perturbations.size() * latencies < 2) return totals;
  for (std::size_t driver = 0; driver < result.grid.drivers.size(); ++driver)
    for (std::size_t latency = 0; latency < latencies; ++latency)
      for (const std::string& perturbation : perturbations) {
        const Chosen chosen = [&](const StudyDriver& d, const StudyCell& cell) {
          return cell.latency == latency && d.courses[cell.course].perturbation == perturbation;
        };
        StudyTotal total = total_of(result, cells_of(result, driver, chosen), cells_of(result, 0, chosen));
        total.latency = result.grid.drivers[driver].latencies[latency].name;
        total.perturbation = perturbation;
        totals.push_back(std::move(total));
      }
  return totals;
}

std::vector<StudyTotal> study_courses(const StudyResult& result) {
  std::vector<StudyTotal> totals;
  const std::vector<std::string> names = names_of(result.grid.drivers.front(), course_name);
  if (names.size() < 2) return totals;
  for (std::size_t driver = 0; driver < result.grid.drivers.size(); ++driver)
    for (const std::string& name : names) {
      const Chosen chosen = [&](const StudyDriver& d, const StudyCell& cell) {
        return course_name(d.courses[cell.course]) == name;
      };
      StudyTotal total = total_of(result, cells_of(result, driver, chosen), cells_of(result, 0, chosen));
      total.course = name;
      totals.push_back(std::move(total));
    }
  return totals;
}

}  // namespace pitlane
