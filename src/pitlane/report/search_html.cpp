#include "pitlane/report/search_html.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "pitlane/report/html_parts.h"
#include "pitlane/report/track_data.h"
#include "pitlane/study/quantity.h"

namespace pitlane {
namespace {

constexpr int kOtherWaysRung = kSearchRungs, kLastTaughtRung = kSearchRungs - 1;

std::vector<const SearchedStudent*> of_rung(const Search& search, int rung) {
  std::vector<const SearchedStudent*> out;
  for (const SearchedStudent& trial : search.trials)
    if (trial.rung == rung) out.push_back(&trial);
  return out;
}

std::string students(std::size_t count) {
  return count_text(static_cast<std::int64_t>(count)) + (count == 1 ? " student" : " students");
}

std::string were(std::size_t count) { return students(count) + (count == 1 ? " was" : " were"); }

// Of those that were driven.
std::string laps_sentence(const std::vector<const SearchedStudent*>& taught) {
  const auto driven = std::ranges::count_if(taught, [](const auto* t) { return t->laps > 0; });
  if (driven == 0) return "";
  const auto sound =
      std::ranges::count_if(taught, [](const auto* t) { return t->laps > 0 && t->laps_completed == t->laps; });
  return "; " + std::to_string(sound) + " of " + std::to_string(driven) + " that drove completed every tuning lap";
}

}  // namespace

std::string search_summary(const Search& search) {
  const auto taught = of_rung(search, kLastTaughtRung);
  const std::size_t otherwise = of_rung(search, kOtherWaysRung).size();
  const auto first = of_rung(search, 1);
  const auto learnt = std::ranges::count_if(first, [](const auto* t) { return t->mse > 0; });
  std::string out = were(first.size()) + " drawn, " + std::to_string(learnt) + " of them taught a little, " +
                    std::to_string(of_rung(search, 2).size()) + " longer, " + std::to_string(taught.size()) +
                    " to the end" + laps_sentence(taught) + ".";
  if (otherwise > 0) out += " The best of these were finished in " + std::to_string(otherwise) + " other ways.";
  if (search.why_none) out += " No student was found: " + *search.why_none + ".";
  return out;
}

std::string search_html(const TuneResult& result) {
  if (!result.search) return "";
  const Search& search = *result.search;
  std::string out = "<section><h2>The search</h2><p class=\"lead\">" + prose_html(search_summary(search)) + "</p>";
  const bool drawn = std::ranges::any_of(search.trials, [](const auto& t) { return t.latency_ms > 0 && t.mse > 0; });
  if (drawn)
    out +=
        "<div class=\"grid\">" +
        chart_figure(
            "search", "What was tried",
            "Left and down is better; both axes are logarithmic. A point is a student that was taught, on one of its "
            "rungs, a cross one that is out. Those with names are rows of the table. MSE is of the validation "
            "frames, which also chose; all trials stand in <code>auto.csv</code>.") +
        "</div>";
  return out + "</section>";
}

Json search_page_data(const TuneResult& result) {
  Json out = Json::array();
  if (!result.search) return out;
  for (const SearchedStudent& t : result.search->trials) {
    Json one{{"rung", t.rung}, {"student", t.student}, {"ms", rounded(t.latency_ms)}, {"mse", rounded(t.mse)}};
    if (t.laps > 0) one.update({{"laps", t.laps}, {"completed", t.laps_completed}});
    if (t.failure) one["failure"] = *t.failure;
    if (!t.row.empty()) one["row"] = t.row;
    one["text"] = {{"ms", milliseconds_text(t.latency_ms)},
                   {"mse", significant_text(t.mse, 4)},
                   {"size", bytes_text(static_cast<double>(t.size_bytes))},
                   {"deviation", metres_text(t.deviation_m)}};
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace pitlane
