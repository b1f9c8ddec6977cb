// pitlane manual: manual pages as files.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/cli/manual_page.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/core/joined.h"

namespace pitlane::cli {
namespace {

struct ManualFlags {
  std::vector<std::string> verb;
  std::string out;
};

Result<int> print_page(const std::vector<VerbRow>& table, const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : " ") + word;
  const auto found = std::ranges::find(table, name, &VerbRow::name);
  if (found == table.end()) {
    std::vector<std::string> known;
    for (const VerbRow& verb : table)
      if (!verb.name.empty()) known.push_back(verb.name);
    return invalid_argument("there is no verb '" + name + "'; there are " + joined(known));
  }
  std::fputs(manual_page(*found, table).c_str(), stdout);
  return kSuccess;
}

Result<int> write_pages(const std::vector<VerbRow>& table, const std::filesystem::path& out) {
  PITLANE_TRY_STATUS(make_writable_directory(out));
  for (const VerbRow& verb : table)
    PITLANE_TRY_STATUS(write_text(out / (manual_page_name(verb) + ".1"), manual_page(verb, table)));
  std::printf("%s: %zu pages; read one with: man -l %s\n", printable(out.string()).c_str(), table.size(),
              printable((out / "pitlane.1").string()).c_str());
  return kSuccess;
}

}  // namespace

void declare_manual(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("manual",
                                      "Print the manual page of a verb (pitlane manual tune | man -l -), or "
                                      "write all of them");
  const auto flags = std::make_shared<ManualFlags>();
  auto* words = verb->add_option("VERB", flags->verb, "its words, e.g. circuit show (default: of the program)");
  verb->add_option("--out", flags->out, "directory for the pages of all verbs, e.g. ~/.local/share/man/man1")
      ->excludes(words);
  verb->callback([&app, &chosen, flags] {
    chosen.action = [&app, flags]() -> Result<int> {
      const std::vector<VerbRow> table = verb_table(app);
      return flags->out.empty() ? print_page(table, flags->verb) : write_pages(table, flags->out);
    };
  });
}

}  // namespace pitlane::cli
