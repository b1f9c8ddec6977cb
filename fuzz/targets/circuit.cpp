// Circuit files: YAML and the geometry behind it. What is accepted must survive being written.
#include "fuzz/target.h"
#include "pitlane/core/file.h"
#include "pitlane/sim/circuit_file.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  const auto circuit = parse_circuit(std::string(text(input)), "input");
  if (!circuit) return check_error(circuit.error());
  PITLANE_CHECK(!circuit->centre_line().empty() && circuit->length_m() > 0);
  PITLANE_CHECK(circuit->reference_line(true).points.size() == circuit->centre_line().size());
  const auto again = parse_circuit(circuit_text(circuit->definition()), "written");
  if (!again) std::fprintf(stderr, "%s\n", again.error().message().c_str());
  PITLANE_CHECK(again.ok());
}

void add_seeds(Seeds& seeds) {
  CircuitDefinition rounded;
  rounded.name = "rounded";
  rounded.description = "four corners";
  rounded.walls.emplace();
  rounded.waypoints = {{0, 0, 5}, {40, 0, 6}, {40, 30, 7}, {0, 30, 8}};
  seeds.add("waypoints.yaml", circuit_text(rounded));
  rounded.name = "widening";
  rounded.waypoints = {{0, 0, 5, 4}, {20, 0, 6, 3}, {40, 0, 6, 3}, {40, 30, 7}, {0, 30, 8}};
  seeds.add("widths.yaml", circuit_text(rounded));
  CircuitDefinition driven;
  driven.name = "driven";
  driven.held_out = driven.crossings = true;
  driven.start_m = 3;
  for (int i = 0; i < 8; ++i)
    driven.reference.push_back({i < 4 ? 6.0 * i : 6.0 * (7 - i) + 3, i < 4 ? 0.0 : 8.0 + 0.5 * (i % 2)});
  seeds.add("reference.yaml", circuit_text(driven));
  for (int i = 0; i < 8; ++i) driven.reference[static_cast<std::size_t>(i)].width_m = 2 + 0.5 * (i % 3);
  seeds.add("reference-widths.yaml", circuit_text(driven));
  seeds.add(
      "flow.yaml",
      "{format: pitlane-circuit, version: 1, name: 'a', closed: yes, road_width_m: 2.5, colours: {sky: [1, 2, 3]},"
      " waypoints: [[0, 0, 2], [2e1, 0, 2], &b [20, +15, 2.5], [.0, 0xF, 2]]}\n");
}

}  // namespace pitlane::fuzz
