#include "pitlane/cli/verb_names.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace pitlane::cli {
namespace {

// Levenshtein's distance with a swap of neighbours as one step (Damerau, 1964; restricted form).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

Error unknown_verb(const std::string& program, const std::string& word, const std::vector<std::string>& known) {
  const auto nearest = std::min_element(
      known.begin(), known.end(), [&](const auto& a, const auto& b) { return distance(word, a) < distance(word, b); });
  const bool near = distance(word, *nearest) <= 1 + nearest->size() / 4;
  return invalid_argument("there is no verb '" + word.substr(0, 60) + "'; " +
                          (near ? "did you mean '" + *nearest + "'?" : "there are " + listed(known)) + " (see " +
                          program + " --help)");
}

}  // namespace

Status check_verb_names(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* at = &app;
  std::string program = app.get_name();
  for (int i = 1;; ++i) {
    const std::vector<std::string> known = verbs_of(*at);
    if (known.empty()) return {};
    if (i >= argc) {
      return invalid_argument("name a verb: " + listed(known) + " (see " + program + " --help)");
    }
    const std::string word = argv[i];
    if (word.starts_with('-')) return {};
    if (std::find(known.begin(), known.end(), word) == known.end()) return unknown_verb(program, word, known);
    at = at->get_subcommand(word);
    program += " " + word;
  }
}

}  // namespace pitlane::cli
