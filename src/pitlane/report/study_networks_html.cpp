#include "pitlane/report/study_networks_html.h"

#include <algorithm>

#include "pitlane/measure/percentile.h"
#include "pitlane/report/html_escape.h"
#include "pitlane/report/html_parts.h"
#include "pitlane/report/published_html.h"
#include "pitlane/report/study_text.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr double kMebibyte = 1 << 20;

std::vector<std::size_t> networks_of(const StudyGrid& grid) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < grid.drivers.size(); ++i)
    if (!grid.drivers[i].file.empty()) out.push_back(i);
  return out;
}

std::string tiles_of(const StudyView& view, std::size_t driver) {
  const StudyTotal& total = view.totals[driver];
  std::string out;
  if (const auto seconds = median_decision_s(view, driver))
    out += tile(milliseconds_text(1e3 * *seconds), "median decision, frame to command");
  out += tile(bytes_text(static_cast<double>(view.result.grid.drivers[driver].size_bytes)), "file");
  out +=
      tile(std::to_string(total.completed) + " / " + std::to_string(total.cells - total.missing), "drives completed");
  if (const MeanEstimate& deviation = total.figures[1].estimate; deviation.values > 0)
    out += tile(fixed_text(deviation.mean, kStudyDecimals[1]) + " m",
                prose_html("mean deviation " + interval_text(deviation, kStudyDecimals[1])));
  return "<div class=\"tiles\">" + out + "</div>";
}

std::string published_row_html(const StudyView& view, std::size_t driver, const PublishedRow& row, Footnotes& notes) {
  std::string out = "<tr><th scope=\"row\">" + html_escape(driver_label(view.result.grid, driver)) + "</th>" +
                    "<td class=\"text\">" + html_escape(row.framework + ", " + row.strategy) + notes.mark(row.defect);
  const auto seconds = median_decision_s(view, driver);
  out += "</td>" + text_cell(significant_text(row.size_mib, 4)) +
         text_cell(significant_text(static_cast<double>(view.result.grid.drivers[driver].size_bytes) / kMebibyte, 4));
  out += text_cell(significant_text(row.inference_ms, 3)) +
         text_cell(seconds ? significant_text(1e3 * *seconds, 3) : std::string("–"));
  return out + text_cell(significant_text(row.mse, 4)) + "</tr>\n";
}

std::string no_published_row_html(const StudyView& view, std::size_t driver) {
  const auto seconds = median_decision_s(view, driver);
  return "<tr><th scope=\"row\">" + html_escape(driver_label(view.result.grid, driver)) +
         "</th><td class=\"text quiet\">no published number</td><td>–</td>" +
         text_cell(significant_text(static_cast<double>(view.result.grid.drivers[driver].size_bytes) / kMebibyte, 4)) +
         "<td>–</td>" + text_cell(seconds ? significant_text(1e3 * *seconds, 3) : std::string("–")) +
         "<td>–</td></tr>\n";
}

std::vector<const EpisodeResult*> unperturbed_drives(const StudyResult& result, std::size_t driver) {
  std::vector<const EpisodeResult*> out;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const StudyCell& cell = result.cells[i];
    if (cell.driver != driver || !result.outcomes[i].episode) continue;
    if (result.grid.drivers[driver].courses[cell.course].perturbation == "none")
      out.push_back(&*result.outcomes[i].episode);
  }
  return out;
}

std::string published_driving_part(const StudyView& view) {
  const StudyResult& result = view.result;
  std::vector<DrivingPair> pairs;
  for (const PublishedDrive& published : published_drives()) {
    DrivingPair pair{&published, {}, ""};
    for (const std::size_t driver : networks_of(result.grid)) {
      const StudyDriver& network = result.grid.drivers[driver];
      if (!is_published_as(published.key, network.family, network.strategy)) continue;
      const std::vector<const EpisodeResult*> drives = unperturbed_drives(result, driver);
      if (!drives.empty())
        pair.own.push_back(own_driving(driver_label(result.grid, driver), drives, !view.machines.empty()));
    }
    if (!pair.own.empty()) pairs.push_back(std::move(pair));
  }
  return pairs.empty() ? "" : "<h3>Driving</h3>" + published_driving_html(pairs);
}

}  // namespace

StudyView study_view(const StudyResult& result, const StudyComparisons& compared, Timing timing) {
  StudyView view{result, compared.totals, compared.conditions, compared.courses, compared.pairs, {}, {}};
  view.times.by_driver_s.resize(result.grid.drivers.size());
  if (timing == Timing::kLeftOut) return view;
  view.machines = study_machines(result);
  view.times = decision_times(result);
  return view;
}

std::optional<double> median_decision_s(const StudyView& view, std::size_t driver) {
  const std::vector<double>& sorted = view.times.by_driver_s[driver];
  if (sorted.empty()) return std::nullopt;
  return percentile(sorted, 0.5);
}

std::string study_recommendation_html(const StudyView& view) {
  const StudyRecommendation& r = view.result.recommendation;
  if (r.reasons.empty()) return "";
  std::string out =
      "<section class=\"pick-box" + std::string(r.driver ? "" : " none") +
      "\" aria-labelledby=\"take\"><p class=\"kicker\">" +
      (r.driver ? "Put this one on the robot" : "Nothing to recommend") + "</p><h2 id=\"take\">" +
      (r.driver ? html_escape(driver_label(view.result.grid, *r.driver)) : "No network completed a drive") + "</h2>";
  if (r.driver) out += tiles_of(view, *r.driver);
  out += "<div class=\"reasons\">";
  for (const std::string& reason : r.reasons) out += "<p>" + prose_html(reason) + "</p>";
  return out + "</div></section>\n";
}

std::string study_costs_html(const StudyView& view) {
  const std::vector<std::size_t> networks = networks_of(view.result.grid);
  if (networks.size() < 2) return "";
  const bool timed = std::any_of(networks.begin(), networks.end(),
                                 [&](std::size_t driver) { return median_decision_s(view, driver).has_value(); });
  const std::string tools = "<label class=\"tool\">Vertical axis: <select id=\"pareto-by\"></select></label>";
  const std::string bubbles =
      "Left and down is better. Area of a bubble: size of the file. No network lies below the dashed line.";
  std::string out = "<section><h2>Speed, size and driving</h2><div class=\"grid\">";
  out += chart_figure("pareto", timed ? "What speed costs" : "What a small file costs",
                      bubbles + (timed ? " Decision: from the camera's full frame to the command." : ""), tools);
  if (timed)
    out += chart_figure("histogram", "How steady",
                        "Share of decisions by their time, from the camera's full frame to the command, while other "
                        "drives ran; the slowest 0.5 % are outside. Press a name to hide it.");
  return out + "</div></section>\n";
}

std::string study_published_html(const StudyView& view) {
  const std::vector<std::size_t> networks = networks_of(view.result.grid);
  if (networks.empty()) return "";
  Footnotes notes("defect");
  std::string body;
  std::size_t found = 0;
  for (const std::size_t driver : networks) {
    const StudyDriver& network = view.result.grid.drivers[driver];
    const std::vector<PublishedRow> rows = published_rows_of(network.family, network.strategy);
    for (const PublishedRow& row : rows) body += published_row_html(view, driver, row, notes);
    if (rows.empty()) body += no_published_row_html(view, driver);
    found += rows.size();
  }
  std::string out = "<section><h2>Published figures beside ours</h2>";
  if (found == 0)
    return out +
           "<p class=\"lead\">There are no published numbers for these networks: they exist for two PilotNets "
           "(<code>pilotnet-tf</code> and <code>pilotnet-torch</code>) and what certain strategies made of "
           "them.</p></section>\n";
  out +=
      "<p class=\"lead\">Other data, other machines: compare what a strategy changes, not the absolute numbers. "
      "Published times are of the network alone, ours begin with the camera's full frame. Each published figure has a "
      "flaw worth knowing, named below. The MSE is the published one alone: a study has no labelled pictures, so it "
      "measures none of ours. <code>pitlane tune</code>'s page has ours beside it, and <code>pitlane evaluate NETWORK "
      "--data FOLDER</code> prints it for one network.</p>";
  out += scrolling_table("Published figures beside ours",
                         {"Network", "Published as", "Size, MiB", "ours", "Time, ms", "ours", "MSE, published"}, body,
                         "published", 2);
  return out + notes.list() + published_driving_part(view) + "</section>\n";
}

std::string study_machines_html(const StudyView& view) {
  if (view.machines.size() < 2) return "";
  std::string body;
  for (std::size_t i = 0; i < view.machines.size(); ++i) {
    const MachineCells& machine = view.machines[i];
    std::string networks;
    std::size_t cells = 0;
    for (std::size_t driver = 0; driver < machine.by_driver.size(); ++driver) {
      if (machine.by_driver[driver] == 0) continue;
      cells += machine.by_driver[driver];
      networks += (networks.empty() ? "" : ", ") + driver_label(view.result.grid, driver) + " " +
                  std::to_string(machine.by_driver[driver]);
    }
    body += "<tr><th scope=\"row\">" + std::to_string(i + 1) + "</th>" +
            text_cell(machine_text(machine.machine), "text") + text_cell(networks, "text end") +
            text_cell(count_text(static_cast<std::int64_t>(cells))) + "</tr>\n";
  }
  return "<section><h2>Machines</h2><p class=\"lead\">The drives were made on several machines. Paths and deviations "
         "do "
         "not depend on them, times do: times of decisions on this page are those of machine " +
         std::to_string(
             1 + static_cast<std::size_t>(std::find_if(view.machines.begin(), view.machines.end(),
                                                       [&](const auto& m) { return m.machine == view.times.machine; }) -
                                          view.machines.begin())) +
         " alone.</p>" +
         scrolling_table("Machines", {"", "Machine", "Drives of each driver", "Drives"}, body, "machines", 3) +
         "</section>\n";
}

}  // namespace pitlane
