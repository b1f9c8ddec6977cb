#include "pitlane/cli/completion_script.h"

#include <algorithm>

namespace pitlane::cli {
namespace {

std::string spaced(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// In single quotes, for any of the three shells; fish alone minds backslashes in them.
std::string shell_quoted(const std::string& text, bool fish = false) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += fish ? "\\'" : "'\\''";
    else if (c == '\\' && fish)
      out += "\\\\";
    else
      out += c;
  }
  return out + "'";
}

std::vector<std::string> values_of(const FlagRow& row, const KnownValues& known) {
  if (!row.choices.empty()) return row.choices;
  for (const std::string& name : row.names)
    if (const auto found = known.find(name); found != known.end()) return found->second;
  return {};
}

bool takes_value(const FlagRow& row) { return !row.value.empty(); }

std::vector<std::string> flags_of(const VerbRow& verb) {
  std::vector<std::string> names;
  for (const FlagRow& row : verb.flags) names.insert(names.end(), row.names.begin(), row.names.end());
  return names;
}

/// What may stand where no flag does: verbs below, or the values of an argument.
std::vector<std::string> words_of(const VerbRow& verb, const KnownValues& known) {
  return verb.verbs.empty() && !verb.positionals.empty() ? values_of(verb.positionals.back(), known) : verb.verbs;
}

/// One line: what it is, short enough for a menu.
std::string short_text(const std::string& text) {
  constexpr std::size_t kMost = 70;
  std::string line = text.substr(0, text.find('\n'));
  if (line.size() <= kMost) return line;
  const auto space = line.rfind(' ', kMost);
  return line.substr(0, space == std::string::npos ? kMost : space) + "...";
}

// zsh: in a specification of _arguments, brackets and colons have a meaning.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : short_text(text))
    out += c == '[' || c == ']' || c == ':' ? std::string("\\") + c : std::string(1, c);
  return out;
}

std::string zsh_action(const FlagRow& row, const KnownValues& known) {
  const std::vector<std::string> values = values_of(row, known);
  const bool number = row.value.starts_with("INT") || row.value.starts_with("UINT") || row.value.starts_with("FLOAT");
  if (!values.empty()) return "(" + spaced(values) + ")";
  return number ? " " : "_files";
}

std::string zsh_specs(const VerbRow& verb, const KnownValues& known) {
  std::string out;
  for (const FlagRow& row : verb.flags)
    for (const std::string& name : row.names) {
      std::string spec = "*" + name + "[" + zsh_text(row.description) + "]";
      if (takes_value(row)) spec += ":" + zsh_text(row.value) + ":" + zsh_action(row, known);
      out += " \\\n        " + shell_quoted(spec);
    }
  if (verb.positionals.empty()) return out;
  return out + " \\\n        " +
         shell_quoted("*:" + zsh_text(verb.positionals.back().names.front()) + ":" +
                      zsh_action(verb.positionals.back(), known));
}

/// The condition of fish under which the words of `verb` stand before the cursor.
std::string fish_condition(const VerbRow& verb) {
  if (verb.name.empty()) return "__fish_use_subcommand";
  std::string condition;
  std::string word;
  for (const char c : verb.name + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    word.clear();
  }
  if (!verb.verbs.empty()) condition += "; and not __fish_seen_subcommand_from " + spaced(verb.verbs);
  return condition;
}

std::string fish_line(const VerbRow& verb, const std::string& what, const std::string& description) {
  return "complete -c pitlane -n " + shell_quoted(fish_condition(verb), true) + what + " -d " +
         shell_quoted(short_text(description), true) + "\n";
}

}  // namespace

std::string bash_completion(const std::vector<VerbRow>& table, const KnownValues& values) {
  std::string verbs, words, single, several;
  for (const VerbRow& verb : table) {
    if (!verb.name.empty()) verbs += " " + shell_quoted(verb.name);
    words += "    " + shell_quoted(verb.name) + ") verbs=" + shell_quoted(spaced(words_of(verb, values))) +
             " flags=" + shell_quoted(spaced(flags_of(verb))) + " ;;\n";
    for (const FlagRow& row : verb.flags) {
      const std::vector<std::string> taken = values_of(row, values);
      for (const std::string& name : row.names) {
        if (taken.empty()) continue;
        const std::string line =
            "    " + shell_quoted(verb.name + " " + name) + ") words=" + shell_quoted(spaced(taken)) + " ;;\n";
        (row.value.ends_with("...") ? several : single) += line;
      }
    }
  }
  // The verb is the longest one that the words so far begin with. Where nothing is known, bash completes files.
  return "# bash completion for pitlane; made by: pitlane completion bash\n"
         "_pitlane() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local line=\" ${COMP_WORDS[*]:1:COMP_CWORD-1} \" verb='' flag='' verbs='' flags='' words='' candidate\n"
         "  for candidate in" +
         verbs +
         "; do\n"
         "    [[ $line == \" $candidate \"* ]] && verb=$candidate\n"
         "  done\n"
         "  for candidate in $line; do\n"
         "    [[ $candidate == -* ]] && flag=$candidate\n"
         "  done\n"
         "  case $verb in\n" +
         words +
         "  esac\n"
         "  case \"$verb $before\" in\n" +
         single +
         "  esac\n"
         "  case \"$verb $flag\" in\n" +
         several +
         "  esac\n"
         "  if [[ $cur == -* ]]; then words=$flags; elif [[ -z $words ]]; then words=$verbs; fi\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
         "}\n"
         "complete -o default -F _pitlane pitlane\n";
}

std::string zsh_completion(const std::vector<VerbRow>& table, const KnownValues& values) {
  std::string cases;
  for (const VerbRow& verb : table) {
    if (!verb.verbs.empty()) {
      std::string described;
      for (const std::string& word : verb.verbs) {
        const std::string name = verb.name.empty() ? word : verb.name + " " + word;
        const auto below = std::ranges::find(table, name, &VerbRow::name);
        described += " " + shell_quoted(word + ":" + short_text(below == table.end() ? "" : below->description));
      }
      cases += "    " + shell_quoted(verb.name) + ")\n      local -a verbs=(" + described +
               ")\n      _describe verb verbs\n      _arguments" + zsh_specs(verb, values) + " ;;\n";
    } else {
      cases += "    " + shell_quoted(verb.name) + ") _arguments -S" + zsh_specs(verb, values) + " ;;\n";
    }
  }
  std::string verbs;
  for (const VerbRow& verb : table)
    if (!verb.name.empty()) verbs += " " + shell_quoted(verb.name);
  return "#compdef pitlane\n# zsh completion for pitlane; made by: pitlane completion zsh\n"
         "_pitlane() {\n"
         "  local verb='' candidate line=\" ${words[2,CURRENT-1]} \"\n"
         "  for candidate in" +
         verbs +
         "; do\n"
         "    [[ $line == \" $candidate \"* ]] && verb=$candidate\n"
         "  done\n"
         "  case $verb in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _pitlane ]; then _pitlane \"$@\"; else compdef _pitlane pitlane; fi\n";
}

std::string fish_completion(const std::vector<VerbRow>& table, const KnownValues& values) {
  std::string out = "# fish completion for pitlane; made by: pitlane completion fish\n";
  for (const VerbRow& verb : table) {
    for (const std::string& word : verb.verbs) {
      const std::string name = verb.name.empty() ? word : verb.name + " " + word;
      const auto below = std::ranges::find(table, name, &VerbRow::name);
      out += fish_line(verb, " -f -a " + word, below == table.end() ? "" : below->description);
    }
    if (const auto taken = words_of(verb, values); verb.verbs.empty() && !taken.empty())
      out += fish_line(verb, " -f -a " + shell_quoted(spaced(taken), true), verb.positionals.back().description);
    for (const FlagRow& row : verb.flags) {
      std::string what;
      for (const std::string& name : row.names)
        what += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      const std::vector<std::string> taken = values_of(row, values);
      if (takes_value(row)) what += taken.empty() ? " -r" : " -x -a " + shell_quoted(spaced(taken), true);
      out += fish_line(verb, what, row.description);
    }
  }
  return out;
}

}  // namespace pitlane::cli
