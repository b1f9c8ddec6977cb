#include "pitlane/cli/manual_page.h"

#include <algorithm>

#include "pitlane/core/joined.h"
#include "pitlane/core/version.h"

namespace pitlane::cli {
namespace {

// What groff would take for its own: backslashes, hyphens (else typographic ones, which cannot be copied), and a dot or
// an apostrophe that begins a line.
std::string troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool begins = out.empty() || out.back() == '\n';
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + troff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + troff(text) + "\\fR"; }

std::string head_of(const FlagRow& row) {
  std::string head;
  for (const std::string& name : row.names)
    head += (head.empty() ? "" : ", ") + (row.positional ? italic(name) : bold(name));
  if (row.positional) return row.value.ends_with("...") ? head + " ..." : head;
  return row.value.empty() ? head : head + " " + italic(row.value);
}

std::string entry(const FlagRow& row) {
  std::string text = row.description;
  std::vector<std::string> more;
  if (!row.choices.empty()) more.push_back("one of " + joined(row.choices));
  if (!row.limits.empty()) more.push_back(row.limits);
  if (!row.preset.empty()) more.push_back("default " + row.preset);
  if (row.required && !row.positional) more.push_back("required");
  for (std::size_t i = 0; i < more.size(); ++i) text += (i == 0 ? " (" : "; ") + more[i];
  if (!more.empty()) text += ")";
  return ".TP\n" + head_of(row) + "\n" + troff(text) + "\n";
}

std::string synopsis(const VerbRow& verb) {
  std::string line = ".B pitlane" + (verb.name.empty() ? "" : " " + troff(verb.name)) + "\n";
  if (!verb.verbs.empty()) return line + ".I VERB\n[" + italic("OPTIONS") + "]\n";
  for (const FlagRow& row : verb.positionals)
    line += (row.required ? "" : "[") + head_of(row) + (row.required ? "" : "]") + "\n";
  for (const FlagRow& row : verb.flags)
    if (row.required) line += head_of(row) + "\n";
  return line + "[" + italic("OPTIONS") + "]\n";
}

std::string flags_by_group(const std::vector<FlagRow>& rows) {
  std::vector<std::string> groups;
  for (const FlagRow& row : rows)
    if (std::ranges::find(groups, row.group) == groups.end()) groups.push_back(row.group);
  std::string out;
  for (const std::string& group : groups) {
    out += group == "Options" ? ".SH OPTIONS\n" : ".SS " + troff(group) + "\n";
    for (const FlagRow& row : rows)
      if (row.group == group) out += entry(row);
  }
  return out;
}

const VerbRow* named(const std::vector<VerbRow>& table, const std::string& name) {
  const auto found = std::ranges::find(table, name, &VerbRow::name);
  return found == table.end() ? nullptr : &*found;
}

std::string verbs_below(const VerbRow& verb, const std::vector<VerbRow>& table) {
  if (verb.verbs.empty()) return "";
  std::string out = ".SH VERBS\n";
  for (const std::string& word : verb.verbs) {
    const VerbRow* below = named(table, verb.name.empty() ? word : verb.name + " " + word);
    if (below != nullptr) out += ".TP\n" + bold(word) + "\n" + troff(below->description) + "\n";
  }
  return out;
}

std::string see_also(const VerbRow& verb, const std::vector<VerbRow>& table) {
  std::string out;
  for (const VerbRow& other : table) {
    const bool above = !verb.name.empty() && (other.name.empty() || verb.name.starts_with(other.name + " "));
    const bool below = other.name != verb.name && (verb.name.empty() || other.name.starts_with(verb.name + " "));
    if (above || below) out += (out.empty() ? "" : ",\n") + (".BR " + troff(manual_page_name(other)) + " (1)");
  }
  return out.empty() ? "" : ".SH SEE ALSO\n" + out + "\n";
}

}  // namespace

std::string manual_page_name(const VerbRow& verb) {
  std::string name = "pitlane" + (verb.name.empty() ? "" : "-" + verb.name);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string manual_page(const VerbRow& verb, const std::vector<VerbRow>& table) {
  const std::string name = manual_page_name(verb);
  // The first sentence; the rest is told below.
  const std::string& whole = verb.description;
  const std::string summary = whole.substr(0, std::min(whole.find(": "), whole.find('\n')));
  std::string out = ".TH \"" + name + "\" 1 \"\" \"pitlane " + kVersion + "\" \"Pitlane\"\n";
  out += ".SH NAME\n" + troff(name) + " \\- " + troff(summary) + "\n.SH SYNOPSIS\n" + synopsis(verb);
  out += ".SH DESCRIPTION\n" + troff(whole) + "\n";
  if (!verb.positionals.empty()) {
    out += ".SH ARGUMENTS\n";
    for (const FlagRow& row : verb.positionals) out += entry(row);
  }
  out += verbs_below(verb, table) + flags_by_group(verb.flags);
  out += ".SH EXIT STATUS\n0 success, 1 a part failed, 2 a bad argument or file, 130 interrupted.\n";
  return out + see_also(verb, table);
}

}  // namespace pitlane::cli
