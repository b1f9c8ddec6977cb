// Commands in the documents are commands of the program.
#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;

/// Words behind "pitlane" in every piece of code of a page, up to a comment, a pipe or the end.
std::vector<std::vector<std::string>> commands_in(const std::string& page) {
  std::vector<std::vector<std::string>> commands;
  std::istringstream lines(page);
  bool fenced = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) fenced = !fenced;
    const bool code = fenced || line.starts_with("    ");
    std::istringstream pieces(line);
    bool inside = code;
    for (std::string piece; std::getline(pieces, piece, code ? '\n' : '`'); inside = code || !inside) {
      if (!inside) continue;
      std::istringstream words(piece);
      std::vector<std::string> command;
      for (std::string word; words >> word && word != "#" && word != "|" && word != "or";) command.push_back(word);
      if (!command.empty() && command[0].starts_with("PITLANE_")) command.erase(command.begin());
      if (command.size() > 1 && (command[0] == "pitlane" || command[0].ends_with("release/pitlane")))
        commands.emplace_back(command.begin() + 1, command.end());
    }
  }
  return commands;
}

std::set<std::string> verbs_below(const std::string& help) {
  std::set<std::string> verbs;
  std::istringstream lines(help.find("Subcommands:") == std::string::npos ? ""
                                                                          : help.substr(help.find("Subcommands:")));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line))
    if (line.starts_with("  ") && line[2] != ' ') verbs.insert(line.substr(2, line.find(' ', 2) - 2));
  return verbs;
}

class Commands {
 public:
  const std::string& help(const std::string& verb) {
    const auto [at, fresh] = helps_.try_emplace(verb);
    if (fresh) at->second = pitlane(verb + " --help").out;
    return at->second;
  }

  /// What is wrong with it, or nothing.
  std::string fault(const std::vector<std::string>& words) {
    std::string verb;
    std::size_t at = 0;
    for (; at < words.size() && verbs_below(help(verb)).contains(words[at]); ++at)
      verb += (at == 0 ? "" : " ") + words[at];
    const bool spoken_of = words[0].starts_with("-") || words[0] == "VERB" || words[0] == "...";
    if (at == 0 && !spoken_of) return "there is no verb '" + words[0] + "'";
    for (; at < words.size(); ++at) {
      const std::string flag = words[at].substr(0, words[at].find_first_of("=,.;:)]"));
      if (flag.starts_with("--") && help(verb).find(flag) == std::string::npos) return verb + " has no flag " + flag;
    }
    return "";
  }

 private:
  std::map<std::string, std::string> helps_;
};

TEST(Documents, NameVerbsAndFlagsThatThereAre) {
  const fs::path root(PITLANE_SOURCE_DIR);
  std::vector<fs::path> pages = {root / "README.md", root / "ARCHITECTURE.md", root / "CONTRIBUTING.md"};
  for (const auto& entry : fs::recursive_directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  ASSERT_GT(pages.size(), 10U);
  Commands commands;
  std::size_t checked = 0;
  for (const fs::path& page : pages)
    for (const std::vector<std::string>& command : commands_in(read(page))) {
      ++checked;
      std::string text;
      for (const std::string& word : command) text += " " + word;
      EXPECT_EQ(commands.fault(command), "") << page.lexically_relative(root).string() << ": pitlane" << text;
    }
  EXPECT_GT(checked, 60U) << "it looks for commands in the wrong way";
  EXPECT_EQ(commands.fault({"drive", "a.pit", "--fly", "3"}), "drive has no flag --fly");
  EXPECT_EQ(commands.fault({"circuit", "shew"}), "") << "a word behind circuit may be anything";
  EXPECT_EQ(commands.fault({"dirve", "a.pit"}), "there is no verb 'dirve'");
}

}  // namespace
}  // namespace pitlane::testing
