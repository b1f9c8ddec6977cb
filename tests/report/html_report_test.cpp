#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "pitlane/optimize/strategy.h"
#include "pitlane/report/published.h"
#include "pitlane/report/report.h"
#include "pitlane/search/recommend.h"
#include "sample_result.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page(TuneResult result = sample_result()) {
  result.recommendation = recommend(result);
  const Result<std::string> html = html_report(result);
  EXPECT_TRUE(html.ok());
  return html.ok() ? *html : std::string();
}

std::size_t count(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()));
}

std::string element(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.find(from);
  return start == std::string::npos ? "" : text.substr(start, text.find(to, start) - start);
}

TEST(HtmlReport, EveryStrategyAndEveryDriveHasItsRow) {
  const std::string html = page();
  const std::string results = element(html, "<table id=\"results\"", "</table>");
  EXPECT_EQ(count(results, "<tr data-strategy="), 7U);
  EXPECT_EQ(count(element(html, "<table id=\"outputs\"", "</table>"), "<th scope=\"row\">"), 6U);
  EXPECT_EQ(count(element(html, "<table id=\"laps\"", "</table>"), "<tr data-strategy="), 120U);
  EXPECT_THAT(results, HasSubstr("recommended"));
  EXPECT_THAT(results, HasSubstr("failed: fine-tuning diverged"));
  EXPECT_THAT(html, HasSubstr("leave out --quick"));
  EXPECT_THAT(html, HasSubstr("Nothing that completes the baseline's laps lies below the dashed line."));
}

TEST(HtmlReport, AStrategyWithoutMeaningForTheNetworkIsNoFailure) {
  TuneResult result = sample_result();
  result.rows[6].inapplicable = true;
  const std::string html = html_report(result).value();
  EXPECT_THAT(html, HasSubstr("does not apply: fine-tuning diverged"));
  EXPECT_THAT(html, Not(HasSubstr("✗ failed")));
}

TEST(HtmlReport, NeedsNothingFromOutside) {
  const std::string html = page();
  EXPECT_EQ(count(html, "<(script|img|iframe|link)\\b[^>\\n]*(src|href)=(?!\"data:)"), 0U);
  EXPECT_THAT(html, Not(HasSubstr("@import")));
}

TEST(HtmlReport, NamesAreTextAndNeverMarkup) {
  TuneResult result = sample_result();
  const std::string evil = "</script><script>alert(1)</script>";
  result.network_name = result.command = result.notes[0] = evil;
  result.rows[1].strategy = result.rows[2].summary = evil;
  *result.rows[6].failure = evil;
  for (StrategyRow& row : result.rows)
    for (LapRow& lap : row.laps) lap.circuit = evil;
  result.circuits[0].name = evil;
  result.provenance["data"] = evil;
  EXPECT_THAT(page(std::move(result)), Not(HasSubstr("<script>alert")));
}

TEST(HtmlReport, SaysWhyARowWasNotDriven) {
  TuneResult result = sample_result();
  for (StrategyRow& row : result.rows) row.laps.clear(), row.why_not_driven = "it only steers";
  const std::string html = page(std::move(result));
  EXPECT_THAT(html, HasSubstr("not driven"));
  EXPECT_THAT(html, HasSubstr("it only steers"));
  EXPECT_EQ(count(html, "<table id=\"laps\""), 0U);
}

TEST(HtmlReport, LatenciesHaveATableOfTheirOwn) {
  TuneResult result = sample_result();
  const std::string table = element(page(result), "<table id=\"latencies\"", "</table>");
  EXPECT_EQ(count(table, "<tr data-strategy="), 6U);
  EXPECT_THAT(table, HasSubstr("<th scope=\"col\">No latency: laps</th>"));
  EXPECT_THAT(table, HasSubstr("<td class=\"bad\">✗ 8/10</td>"));
  for (StrategyRow& row : result.rows) std::erase_if(row.laps, [](const LapRow& lap) { return lap.latency != "none"; });
  EXPECT_EQ(count(page(std::move(result)), "<table id=\"latencies\""), 0U);
}

TEST(HtmlReport, TheHeadNamesFileFamilyAndMachine) {
  const std::string head = element(page(), "<title>", "</header>");
  EXPECT_THAT(head, HasSubstr("<title>pilotnet.pit · pilotnet-torch – Pitlane</title>"));
  EXPECT_THAT(element(head, "<h1>", "</h1>"), HasSubstr("pilotnet.pit <span class=\"family\">pilotnet-torch</span>"));
  EXPECT_THAT(head, HasSubstr("120 laps · Example CPU @ 2.6 GHz · avx512vnni · 2026-01-31"));
}

TEST(HtmlReport, WithoutAFileTheFamilyIsTheTitle) {
  TuneResult result = sample_result();
  result.baseline_file.clear();
  EXPECT_THAT(page(std::move(result)), HasSubstr("<h1>pilotnet-torch</h1>"));
}

TEST(HtmlReport, ChartsPrintWhatTheTablesPrint) {
  TuneResult result = sample_result();
  result.rows[2].latency_ms.p50 = 0.179507;  // 0.180; by way of four digits, 0.1795, it would become 0.179 in a script
  const std::string html = page(std::move(result));
  EXPECT_THAT(element(html, "<tr data-strategy=\"dynamic_quan\"", "</tr>"), HasSubstr(">0.180</td>"));
  const std::string opening = "id=\"data\">";
  const auto data = nlohmann::json::parse(element(html, opening, "</script>").substr(opening.size()));
  const auto& text = data.at("strategies").at(2).at("text");
  EXPECT_EQ(text.at("p50"), "0.180 ms");
  EXPECT_EQ(text.at("speed"), "5.24×");
  EXPECT_EQ(text.at("mse"), "0.004150");
  EXPECT_FALSE(data.at("strategies").at(0).at("text").contains("speed"));
}

TEST(HtmlReport, ShowsWhereTheTimeOfTheRecommendedNetworkGoes) {
  TuneResult result = sample_result();
  result.rows[3].layers->layers[2].name = "<conv2>";
  const std::string html = page(std::move(result));
  const std::string table = element(html, "<table id=\"by-layer\"", "</table>");
  EXPECT_EQ(count(table, "<tr>"), 7U);
  // 0.48 of 0.331 ms; 14.2 million multiply-adds in it; 20,000 + 71,065 bytes of weights and 30,000 of activations.
  EXPECT_THAT(table, HasSubstr("<th scope=\"row\">&lt;conv2&gt;</th><td class=\"text\">conv int8</td><td>158.88</td>"
                               "<td>48 %</td><td>14.2</td><td>89.5</td><td>121.1</td><td>0.762</td><td>0.70</td>"));
  EXPECT_THAT(table, HasSubstr("<th scope=\"row\">input camera</th>"));
  EXPECT_THAT(html, HasSubstr("int_flt_quan, layer by layer"));
  EXPECT_EQ(count(html, "<canvas id=\"(layers|roofline)\""), 2U);
}

TEST(HtmlReport, TellsWhatTheSearchTriedOrNothingOfIt) {
  TuneResult result = sample_result();
  EXPECT_THAT(page(result),
              HasSubstr("27 students were drawn, 27 of them taught a little, 9 longer, 3 to the end; "
                        "2 of 3 that drove completed every tuning lap. The best of these were finished in "
                        "2 other ways."));
  result.search->trials.resize(1);
  result.search->trials[0] = {.rung = 1, .student = "a", .latency_ms = 1, .failure = "slower than <--max-latency-ms>"};
  result.search->why_none = "none of 4 students is left (slower than <--max-latency-ms>)";
  const std::string none = page(result);
  EXPECT_THAT(none, HasSubstr("1 student was drawn, 0 of them taught a little, 0 longer, 0 to the end. No student "
                              "was found: none of 4 students is left (slower than &lt;--max-latency-ms&gt;)."));
  EXPECT_THAT(none, Not(HasSubstr("id=\"search\""))) << "there is nothing to draw";
  result.search.reset();
  EXPECT_THAT(page(result), Not(HasSubstr("The search")));
}

TEST(HtmlReport, SaysNothingOfLayersThatWereNotTimed) {
  TuneResult result = sample_result();
  for (StrategyRow& row : result.rows) row.layers.reset();
  const std::string html = page(std::move(result));
  EXPECT_EQ(count(html, "<table id=\"by-layer\""), 0U);
  EXPECT_EQ(count(html, "<canvas id=\"(layers|roofline)\""), 0U);
}

TEST(HtmlReport, PublishedRowsStandBesideTheStrategyWithTheirRecipe) {
  std::map<std::string, std::string> names;
  for (const PublishedRow& row : published_rows()) names[row.framework + " " + row.strategy] = our_name(key_of(row));
  EXPECT_EQ(names.at("TensorFlow prune_quan"), "prune_quan_tf");
  EXPECT_EQ(names.at("PyTorch prune_quan"), "prune_quan");
  EXPECT_EQ(names.at("PyTorch static_quan"), "static_quan");
  EXPECT_EQ(names.at("TF-TRT (GPU) fp16"), "float16_quan");
  EXPECT_EQ(names.at("Keras original"), "baseline");
  const std::vector<PublishedDrive> drives = published_drives_of("pilotnet-tf", "");
  ASSERT_EQ(drives.size(), 1U);
  EXPECT_EQ(drives.front().key.framework, "Keras");
  for (const auto& [published, ours] : names) {
    EXPECT_TRUE(find_strategy(ours).ok()) << published << " has no strategy " << ours;
  }
}

// The published rows of one framework, from its band to the next one's.
std::string published_band(const std::string& html, const std::string& framework) {
  const std::string table = element(html, "<table id=\"published\"", "</table>");
  const std::size_t from = table.find(">" + framework + "</th>");
  return table.substr(from, table.find("<tr class=\"band\">", from) - from);
}

TEST(HtmlReport, FiguresOfAnotherNetworkStandBesideNoneOfOurs) {
  TuneResult result = sample_result();
  const std::string torch = page(result);
  EXPECT_EQ(count(published_band(torch, "PyTorch"), "another network"), 0U);
  EXPECT_THAT(published_band(torch, "PyTorch"), HasSubstr("<td>1.946</td><td>0.07841</td><td>3.17</td><td>1.566</td>"));
  EXPECT_EQ(count(published_band(torch, "TensorFlow"), "another network"), 11U) << "all rows";
  EXPECT_EQ(count(published_band(torch, "TF-TRT (GPU)"), "1.566"), 0U);
  result.family = "pilotnet-tf";
  const std::string tf = page(result);
  EXPECT_EQ(count(published_band(tf, "PyTorch"), "another network"), 7U);
  EXPECT_THAT(published_band(tf, "TensorFlow"), HasSubstr("<td>16.24</td><td>0.04098</td><td>4.90</td><td>1.566</td>"));
  result.family = "mine";
  EXPECT_EQ(count(element(page(result), "<table id=\"published\"", "</table>"), "another network"), 22U);
}

TEST(HtmlReport, PublishedDrivingStandsBesideOurLaps) {
  TuneResult result = sample_result();
  ASSERT_EQ(result.rows[4].strategy, "global_prune");
  result.rows[4].laps.resize(3);
  for (std::size_t i = 0; i < 3; ++i) {
    EpisodeResult& e = result.rows[4].laps[i].result;
    e.completed = i < 2;
    e.average_speed_mps = 3 + static_cast<double>(i);
    e.deviation.mean = 0.1;
    e.deviation.bm_compat = i == 0 ? 2 : 3;
    e.decide_s = {0.001, 0.003};
  }
  const std::string table = element(page(result), "<table id=\"published-driving\"", "</table>");
  EXPECT_THAT(table, HasSubstr("<td>7.73</td><td>17.03</td><td>42.9</td><td>2.30</td><td class=\"text apart\">"
                               "global_prune</td><td class=\"bad\">2/3</td><td>3.50</td><td>2.50</td><td>0.100</td>"
                               "<td>500</td><td>2.00</td>"));
  EXPECT_EQ(count(table, "another network"), 5U) << "those of TensorFlow";
  for (StrategyRow& row : result.rows) row.laps = {};
  EXPECT_THAT(page(result), Not(HasSubstr("id=\"published-driving\"")));
}

TEST(HtmlReport, AFewZerosAreNotNone) {
  TuneResult result = sample_result();
  result.rows[1].sparsity = 2e-6;
  EXPECT_THAT(element(page(std::move(result)), "<tr data-strategy=\"float16_quan\"", "</tr>"),
              HasSubstr("<td>&lt; 0.01 %</td>"));
}

TEST(HtmlReport, SaysWhatNotTrainedOnMeansWhereItSaysSo) {
  const std::string meaning = "not among the circuits the network was trained on";
  const std::string html = page();
  EXPECT_EQ(count(element(html, "<table id=\"laps\"", "</table>"), "not trained on</span>"), 48U);
  EXPECT_EQ(count(html, meaning), 1U);
  TuneResult known = sample_result();
  for (StrategyRow& row : known.rows)
    for (LapRow& lap : row.laps) lap.held_out = false;
  EXPECT_THAT(page(std::move(known)), Not(HasSubstr(meaning)));
}

TEST(HtmlReport, NumbersStayWithTheirUnits) {
  TuneResult result = sample_result();
  result.notes = {"12 % of 3 ms, and 5 minutes"};
  EXPECT_THAT(page(std::move(result)), HasSubstr("12\u00a0% of 3\u00a0ms, and 5 minutes"));
}

TEST(HtmlReport, TwoPagesOfOneResultAreEqual) { EXPECT_EQ(page(), page()); }

}  // namespace
}  // namespace pitlane
