#include "pitlane/cli/verb_names.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/near_name.h"

namespace pitlane::cli {
namespace {

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
  const std::optional<std::string> near = near_name(word, known);
  return invalid_argument("there is no verb '" + word.substr(0, 60) + "'; " +
                          (near ? "did you mean '" + *near + "'?" : "there are " + listed(known)) + " (see " + program +
                          " --help)");
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
