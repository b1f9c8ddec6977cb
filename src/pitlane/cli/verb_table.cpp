#include "pitlane/cli/verb_table.h"

#include <algorithm>
#include <sstream>

namespace pitlane::cli {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

// CLI11 tells of a flag's checks behind its type: "TEXT:{a,b}", "INT:within 1 to 9".
void set_type(FlagRow& row, const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto colon = type.find(':');
  row.value = type.substr(0, colon);
  row.limits = colon == std::string::npos ? "" : type.substr(colon + 1);
  if (row.limits.starts_with('{') && row.limits.ends_with('}')) {
    row.choices = split(row.limits.substr(1, row.limits.size() - 2), ',');
    row.limits.clear();
  }
  if (option.get_expected_max() > 1) row.value += " ...";
}

FlagRow row_of(const CLI::Option& option) {
  FlagRow row;
  row.positional = option.get_positional();
  row.required = option.get_required();
  row.description = option.get_description();
  row.preset = option.get_default_str();
  row.group = option.get_group();
  if (row.positional) row.names = {option.get_name(true)};
  for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  if (option.get_expected_max() > 0 && option.get_items_expected_max() > 0) set_type(row, option);
  return row;
}

void add(const CLI::App& app, const std::string& name, std::vector<VerbRow>& table) {
  VerbRow verb;
  verb.name = name;
  verb.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    FlagRow row = row_of(*option);
    (row.positional ? verb.positionals : verb.flags).push_back(std::move(row));
  }
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* child : below) verb.verbs.push_back(child->get_name());
  table.push_back(std::move(verb));
  for (const CLI::App* child : below)
    add(*child, name.empty() ? child->get_name() : name + " " + child->get_name(), table);
}

}  // namespace

std::vector<VerbRow> verb_table(const CLI::App& app) {
  std::vector<VerbRow> table;
  add(app, "", table);
  return table;
}

}  // namespace pitlane::cli
