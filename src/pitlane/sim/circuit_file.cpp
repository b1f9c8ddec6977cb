#include "pitlane/sim/circuit_file.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/sim/number_text.h"

namespace pitlane {
namespace {

constexpr std::uint64_t kLargestFile = 1U << 20;  // a node of the parser takes some hundred times its text
constexpr std::size_t kMostPoints = 100'000;

// Walks one YAML document and remembers the first thing that is wrong with it.
class Reader {
 public:
  explicit Reader(std::string origin) : origin_(std::move(origin)) {}

  Error error(const YAML::Node& at, const std::string& what) const {
    const int line = at.Mark().line;
    return invalid_argument(origin_ + (line >= 0 ? ":" + std::to_string(line + 1) : "") + ": " + what);
  }

  Result<double> number(const YAML::Node& node, const std::string& what) const {
    double value = 0;
    if (!node.IsScalar() || !YAML::convert<double>::decode(node, value)) return error(node, what + " must be a number");
    return value;
  }

  Result<bool> flag(const YAML::Node& node, const std::string& what) const {
    bool value = false;
    if (!node.IsScalar() || !YAML::convert<bool>::decode(node, value))
      return error(node, what + " must be true or false");
    return value;
  }

  Result<std::string> text(const YAML::Node& node, const std::string& what) const {
    if (!node.IsScalar() || node.Scalar().size() > 4096) return error(node, what + " must be a text");
    return node.Scalar();
  }

  /// `optional` more than `count` may be there.
  Result<std::vector<double>> numbers(const YAML::Node& node, std::size_t count, const std::string& what,
                                      std::size_t optional = 0) const {
    if (!node.IsSequence() || node.size() < count || node.size() > count + optional)
      return error(node, what + " must be a list of " + std::to_string(count) +
                             (optional > 0 ? " or " + std::to_string(count + optional) : "") + " numbers");
    std::vector<double> values;
    for (const YAML::Node& item : node) {
      PITLANE_TRY(const double value, number(item, what));
      values.push_back(value);
    }
    return values;
  }

  Result<Rgb> colour(const YAML::Node& node, const std::string& what) const {
    PITLANE_TRY(const std::vector<double> c, numbers(node, 3, what + " (red, green, blue)"));
    for (const double v : c)
      if (!(v >= 0 && v <= 255)) return error(node, what + " must be within 0..255");
    const auto byte = [](double v) { return static_cast<std::uint8_t>(std::lround(v)); };
    return Rgb{byte(c[0]), byte(c[1]), byte(c[2])};
  }

 private:
  std::string origin_;
};

using Handler = std::function<Status(const YAML::Node&)>;
using Handlers = std::map<std::string, Handler>;

// Handlers that store what they read.
Handler store(const Reader& reader, const char* key, double& into) {
  return [&reader, key, &into](const YAML::Node& node) -> Status {
    PITLANE_TRY(into, reader.number(node, key));
    return {};
  };
}
Handler store(const Reader& reader, const char* key, bool& into) {
  return [&reader, key, &into](const YAML::Node& node) -> Status {
    PITLANE_TRY(into, reader.flag(node, key));
    return {};
  };
}
Handler store(const Reader& reader, const char* key, std::string& into) {
  return [&reader, key, &into](const YAML::Node& node) -> Status {
    PITLANE_TRY(into, reader.text(node, key));
    return {};
  };
}
Handler store(const Reader& reader, const char* key, Rgb& into) {
  return [&reader, key, &into](const YAML::Node& node) -> Status {
    PITLANE_TRY(into, reader.colour(node, key));
    return {};
  };
}

std::string unknown_key(const std::string& key, const std::string& what, const Handlers& handlers) {
  std::string known;
  for (const auto& entry : handlers) known.append(known.empty() ? "" : ", ").append(entry.first);
  return "unknown key '" + key.substr(0, 60) + "' in " + what + "; the keys are " + known;
}

std::string repeated_key(const std::string& key, const std::string& what) {
  return "key '" + key + "' stands twice in " + what;
}

Status walk(const Reader& reader, const YAML::Node& map, const std::string& what, const Handlers& handlers) {
  if (!map.IsMap()) return reader.error(map, what + " must be a list of 'key: value' lines");
  std::vector<std::string> seen;
  for (const auto& item : map) {
    if (!item.first.IsScalar()) return reader.error(item.first, what + " has a key that is not a word");
    const std::string& key = item.first.Scalar();
    const auto handler = handlers.find(key);
    if (handler == handlers.end()) return reader.error(item.first, unknown_key(key, what, handlers));
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      return reader.error(item.first, repeated_key(key, what));
    seen.push_back(key);
    PITLANE_TRY_STATUS(handler->second(item.second));
  }
  return {};
}

Status read_points(const Reader& reader, const YAML::Node& node, const std::string& what, std::size_t columns,
                   const std::function<void(const std::vector<double>&)>& add) {
  if (!node.IsSequence()) return reader.error(node, what + "s must be a list");
  if (node.size() > kMostPoints)
    return reader.error(node, "more than " + std::to_string(kMostPoints) + " " + what + "s; thin them out");
  std::size_t index = 0;
  for (const YAML::Node& item : node) {
    const std::string name = what + " " + std::to_string(++index);
    PITLANE_TRY(std::vector<double> values, reader.numbers(item, columns, name, 1));
    for (const double value : values)
      if (!std::isfinite(value)) return reader.error(item, name + " is not finite");
    if (values.size() > columns && values.back() == 0)
      return reader.error(item, name + " has a road width of 0 m; leave it out where the road is road_width_m wide");
    values.resize(columns + 1);  // 0 in a definition: no width of its own
    add(values);
  }
  return {};
}

Handler colours_handler(const Reader& reader, CircuitColours& colours) {
  return [&reader, &colours](const YAML::Node& node) {
    return walk(reader, node, "colours",
                {{"line", store(reader, "line", colours.line)},
                 {"road", store(reader, "road", colours.road)},
                 {"verge", store(reader, "verge", colours.verge)},
                 {"grass", store(reader, "grass", colours.grass)},
                 {"sky", store(reader, "sky", colours.sky)}});
  };
}

Handler walls_handler(const Reader& reader, std::optional<Walls>& walls) {
  return [&reader, &walls](const YAML::Node& node) {
    walls.emplace();
    return walk(reader, node, "walls",
                {{"distance_m", store(reader, "distance_m", walls->distance_m)},
                 {"height_m", store(reader, "height_m", walls->height_m)},
                 {"colour", store(reader, "colour", walls->colour)}});
  };
}

Result<CircuitDefinition> read_definition(const Reader& reader, const YAML::Node& root) {
  CircuitDefinition d;
  std::string format;
  double version = 0;
  bool closed = true;
  Handlers handlers{{"format", store(reader, "format", format)},
                    {"version", store(reader, "version", version)},
                    {"name", store(reader, "name", d.name)},
                    {"description", store(reader, "description", d.description)},
                    {"closed", store(reader, "closed", closed)},
                    {"held_out", store(reader, "held_out", d.held_out)},
                    {"road_width_m", store(reader, "road_width_m", d.road_width_m)},
                    {"line_width_m", store(reader, "line_width_m", d.line_width_m)},
                    {"verge_width_m", store(reader, "verge_width_m", d.verge_width_m)},
                    {"crossings", store(reader, "crossings", d.crossings)},
                    {"start_m", store(reader, "start_m", d.start_m)},
                    {"colours", colours_handler(reader, d.colours)},
                    {"walls", walls_handler(reader, d.walls)}};
  handlers["waypoints"] = [&](const YAML::Node& node) {
    return read_points(reader, node, "waypoint", 3, [&d](const auto& v) {
      d.waypoints.push_back({v[0], v[1], v[2], v[3]});
    });
  };
  handlers["reference"] = [&](const YAML::Node& node) {
    return read_points(reader, node, "reference point", 2, [&d](const auto& v) {
      d.reference.push_back({v[0], v[1], v[2]});
    });
  };
  PITLANE_TRY_STATUS(walk(reader, root, "the circuit", handlers));
  if (format != "pitlane-circuit") return reader.error(root, "is no circuit: 'format: pitlane-circuit' is missing");
  if (version != 1)
    return reader.error(root, "is version " + number_text(version) + " of the format; this program reads version 1");
  if (!closed) return reader.error(root, "is open; laps need a closed circuit");
  if (d.name.empty()) return reader.error(root, "has no name");
  if (d.waypoints.empty() && d.reference.empty())
    return reader.error(root, "has neither waypoints nor reference points");
  return d;
}

void append_colour(std::string& text, const char* key, const Rgb& c, const char* indent) {
  text += std::string(indent) + key + ": [" + std::to_string(c.r) + ", " + std::to_string(c.g) + ", " +
          std::to_string(c.b) + "]\n";
}

template <typename Points>
std::string width_note(const Points& points) {
  const bool any = std::any_of(points.begin(), points.end(), [](const auto& p) { return p.width_m != 0; });
  return any ? ", road width m\n" : "\n";
}

void append_point(std::string& text, std::vector<double> numbers, double width_m) {
  if (width_m != 0) numbers.push_back(width_m);
  const char* between = "  - [";
  for (const double number : numbers) {
    text += between + number_text(number, 9);
    between = ", ";
  }
  text += "]\n";
}

// In double quotes, as YAML and JSON agree on.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace

Result<Circuit> parse_circuit(const std::string& text, const std::string& origin) {
  const Reader reader(origin);
  try {
    const YAML::Node root = YAML::Load(text);
    PITLANE_TRY(CircuitDefinition definition, read_definition(reader, root));
    auto circuit = Circuit::create(std::move(definition));
    if (!circuit) return circuit.error().in(origin);
    return circuit;
  } catch (const YAML::DeepRecursion& e) {
    return corrupt(origin + ":" + std::to_string(e.mark.line + 1) +
                   ": lists or maps nest too deep; a circuit needs three levels");
  } catch (const YAML::Exception& e) {
    const std::string line = e.mark.line >= 0 ? ":" + std::to_string(e.mark.line + 1) : "";
    return corrupt(origin + line + ": not YAML: " + e.msg);
  }
}

Result<Circuit> load_circuit(const std::filesystem::path& path) {
  PITLANE_TRY(const std::string text, read_text(path, kLargestFile));
  return parse_circuit(text, path.string());
}

std::string circuit_text(const CircuitDefinition& d) {
  std::string text = "format: pitlane-circuit\nversion: 1\nname: " + quoted(d.name) + "\n";
  if (!d.description.empty()) text += "description: " + quoted(d.description) + "\n";
  if (d.held_out) text += "held_out: true\n";
  if (d.crossings) text += "crossings: true\n";
  const auto add = [&text](const char* key, double value) {
    text += std::string(key) + ": " + number_text(value, 9) + "\n";
  };
  add("road_width_m", d.road_width_m);
  add("line_width_m", d.line_width_m);
  add("verge_width_m", d.verge_width_m);
  add("start_m", d.start_m);
  text += "colours:\n";
  append_colour(text, "line", d.colours.line, "  ");
  append_colour(text, "road", d.colours.road, "  ");
  append_colour(text, "verge", d.colours.verge, "  ");
  append_colour(text, "grass", d.colours.grass, "  ");
  append_colour(text, "sky", d.colours.sky, "  ");
  if (d.walls) {
    text += "walls:\n";
    add("  distance_m", d.walls->distance_m);
    add("  height_m", d.walls->height_m);
    append_colour(text, "colour", d.walls->colour, "  ");
  }
  if (!d.waypoints.empty()) text += "waypoints:  # x m, y m, corner radius m" + width_note(d.waypoints);
  for (const Waypoint& p : d.waypoints) append_point(text, {p.x_m, p.y_m, p.radius_m}, p.width_m);
  if (!d.reference.empty()) text += "reference:  # x m, y m" + width_note(d.reference);
  for (const auto& p : d.reference) append_point(text, {p.x_m, p.y_m}, p.width_m);
  return text;
}

Status save_circuit(const std::filesystem::path& path, const CircuitDefinition& definition) {
  return write_text(path, circuit_text(definition));
}

}  // namespace pitlane
