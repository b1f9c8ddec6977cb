#include "pitlane/study/yaml_reader.h"

#include <charconv>
#include <cmath>
#include <set>
#include <system_error>
#include <vector>

#include "pitlane/core/joined.h"
#include "pitlane/core/near_name.h"
#include "pitlane/core/printable.h"

namespace pitlane {
namespace {

constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kMostEntries = 10'000;

std::vector<std::string> names_of(const YamlReader::Handlers& handlers) {
  std::vector<std::string> names;
  for (const auto& [name, handler] : handlers) names.push_back(name);
  return names;
}

std::string unknown_key(const std::string& key, const std::string& what, const YamlReader::Handlers& handlers) {
  const std::vector<std::string> known = names_of(handlers);
  const auto near = near_name(key, known);
  return "unknown key '" + printable_name(key) + "' in " + what + "; " +
         (near ? "did you mean '" + *near + "'?" : "the keys are " + joined(known));
}

// Whole numbers of up to 2^53 without ".0" or an exponent.
std::string bound(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general).ptr};
}

template <typename Number>
bool decode(const YAML::Node& node, Number& value) {
  if (!node.IsScalar()) return false;
  const std::string& text = node.Scalar();
  const char* const end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, value);
  return code == std::errc() && stopped == end;
}

std::string shown(const YAML::Node& node) {
  if (node.IsScalar()) return ", not '" + printable_name(node.Scalar(), 40) + "'";
  return node.IsSequence() ? ", not a list" : node.IsMap() ? ", not a map" : ", but there is none";
}

}  // namespace

int YamlReader::line(const YAML::Node& at) { return at.Mark().line + 1; }

Error YamlReader::error(const YAML::Node& at, const std::string& what) const { return error(line(at), what); }

Error YamlReader::error(int line, const std::string& what) const {
  return invalid_argument(origin_ + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what);
}

Result<std::string> YamlReader::text(const YAML::Node& node, const std::string& what) const {
  if (!node.IsScalar()) return error(node, what + " must be a text" + shown(node));
  if (node.Scalar().empty() || node.Scalar().size() > kLongestText)
    return error(node, what + " must be a text of 1 to " + std::to_string(kLongestText) + " bytes");
  return node.Scalar();
}

Result<double> YamlReader::number(const YAML::Node& node, const std::string& what, double low, double high) const {
  double value = 0;
  if (!decode(node, value) || !(value >= low && value <= high))
    return error(node, what + " must be a number from " + bound(low) + " to " + bound(high) + shown(node));
  return value;
}

Result<std::uint64_t> YamlReader::whole(const YAML::Node& node, const std::string& what, std::uint64_t low,
                                        std::uint64_t high) const {
  std::uint64_t value = 0;
  if (!decode(node, value) || value < low || value > high)
    return error(node, what + " must be a whole number from " + std::to_string(low) + " to " + std::to_string(high) +
                           shown(node));
  return value;
}

Status YamlReader::each(const YAML::Node& node, const std::string& what, const Handler& read) const {
  if (!node.IsSequence()) return read(node);
  if (node.size() == 0) return error(node, what + " is an empty list; name at least one, or leave the key out");
  if (node.size() > kMostEntries)
    return error(node, what + " lists more than " + std::to_string(kMostEntries) + " things; split the study");
  for (const YAML::Node& item : node) PITLANE_TRY_STATUS(read(item));
  return {};
}

Status YamlReader::walk_known(const YAML::Node& map, const std::string& what, const Handlers& handlers,
                              const std::function<void(const std::string&, const YAML::Node&)>& other) const {
  if (!map.IsMap()) return error(map, what + " must be a list of 'key: value' lines" + shown(map));
  std::set<std::string> seen;
  for (const auto& item : map) {
    if (!item.first.IsScalar()) return error(item.first, what + " has a key that is not a word");
    const std::string& key = item.first.Scalar();
    if (!seen.insert(key).second)
      return error(item.first, "key '" + printable_name(key) + "' stands twice in " + what + "; keep one");
    const auto handler = handlers.find(key);
    if (handler == handlers.end()) {
      if (!other) return error(item.first, unknown_key(key, what, handlers));
      other(key, item.second);
      continue;
    }
    if (item.second.IsNull()) {
      if (other) continue;
      return error(item.first, key + " has no value; give one, or leave the line out");
    }
    PITLANE_TRY_STATUS(handler->second(item.second));
  }
  return {};
}

Status YamlReader::walk(const YAML::Node& map, const std::string& what, const Handlers& handlers) const {
  return walk_known(map, what, handlers, {});
}

}  // namespace pitlane
