// Every verb with its flags, as the program itself parses them: what manual pages and shell completion are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace pitlane::cli {

struct FlagRow {
  std::vector<std::string> names;    ///< "-h", "--help"; of a positional its name alone: "MODEL"
  std::string value;                 ///< "FLOAT", "TEXT ..."; empty where it takes none
  std::string limits;                ///< "within 1 to 1000"; may be empty
  std::vector<std::string> choices;  ///< where only these are taken
  std::string description, preset;   ///< `preset`: what it is when nobody says it; may be empty
  std::string group;                 ///< the heading that it stands under
  bool required = false, positional = false;
};

struct VerbRow {
  std::string name;  ///< "circuit show"; empty for the program itself
  std::string description;
  std::vector<FlagRow> positionals, flags;
  std::vector<std::string> verbs;  ///< below it, by their last word
};

/// The program first, then each verb before those below it, in the order of --help.
std::vector<VerbRow> verb_table(const CLI::App& app);

}  // namespace pitlane::cli
