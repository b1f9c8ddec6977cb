// Reads a YAML document strictly: errors name the line, unknown keys are refused with the one that was meant.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "pitlane/core/result.h"

namespace pitlane {

class YamlReader {
 public:
  using Handler = std::function<Status(const YAML::Node&)>;
  using Handlers = std::map<std::string, Handler>;

  /// `origin`: the file, as messages name it.
  explicit YamlReader(std::string origin) : origin_(std::move(origin)) {}

  /// "file:line: what"
  [[nodiscard]] Error error(const YAML::Node& at, const std::string& what) const;
  [[nodiscard]] Error error(int line, const std::string& what) const;
  /// Counted from 1; 0 where it is not known.
  static int line(const YAML::Node& at);

  /// `what` stands in messages for the value.
  Result<std::string> text(const YAML::Node& node, const std::string& what) const;
  Result<double> number(const YAML::Node& node, const std::string& what, double low, double high) const;
  Result<std::uint64_t> whole(const YAML::Node& node, const std::string& what, std::uint64_t low,
                              std::uint64_t high) const;

  /// A list of at least one thing, or a single thing, which is a list of one.
  Status each(const YAML::Node& node, const std::string& what, const Handler& read) const;
  /// A map with no other keys than these, none of them twice.
  Status walk(const YAML::Node& map, const std::string& what, const Handlers& handlers) const;
  /// The same, but what is not among these goes to `other` with its key, and keys without a value are passed over.
  Status walk_known(const YAML::Node& map, const std::string& what, const Handlers& handlers,
                    const std::function<void(const std::string&, const YAML::Node&)>& other) const;

 private:
  std::string origin_;
};

}  // namespace pitlane
