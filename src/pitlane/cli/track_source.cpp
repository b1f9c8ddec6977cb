#include "pitlane/cli/track_source.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "pitlane/core/hash.h"
#include "pitlane/sim/circuit_file.h"

namespace pitlane::cli {
namespace {

constexpr const char* kKey = "circuits";
constexpr double kMapSpacing_m = 1;  // a map is a few hundred pixels wide

CircuitMap map_of(const Track& track) {
  CircuitMap map{track.circuit.name(), track.circuit.definition().road_width_m, {}};
  const auto& line = track.circuit.centre_line();
  const auto step = std::max<std::size_t>(
      1, static_cast<std::size_t>(kMapSpacing_m * static_cast<double>(line.size()) / track.circuit.length_m()));
  for (std::size_t i = 0; i < line.size(); i += step) map.line.push_back(line[i]);
  return map;
}

// Everything that decides what the world does: the circuit as its file would say it, and how it is driven and seen.
std::string key_of(const Track& track, const SimOptions& options) {
  Hasher hasher;
  hasher.text(circuit_text(track.circuit.definition()));
  for (const auto& point : track.circuit.centre_line()) hasher.real(point.x_m).real(point.y_m);
  const CameraGeometry& camera = options.camera;
  hasher.number(static_cast<std::uint64_t>(camera.width)).number(static_cast<std::uint64_t>(camera.height));
  for (const double v : {camera.horizontal_field_of_view_rad, camera.x_m, camera.y_m, camera.near_m, camera.far_m,
                         options.camera_period_s, options.start_side_m, options.start_heading_rad})
    hasher.real(v);
  hasher.number(static_cast<std::uint64_t>(options.variation)).number(options.reverse ? 1 : 0);
  if (camera.yaw_rad != 0) hasher.real(camera.yaw_rad);
  // Keys of unperturbed courses stay what they were.
  if (!options.perturbation.none()) hasher.text(canonical_text(options.perturbation));
  return hasher.hex();
}

}  // namespace

Result<std::vector<std::shared_ptr<const Track>>> open_tracks(const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<const Track>> tracks;
  for (const std::string& name : names.empty() ? list_circuits() : names) {
    Result<Circuit> circuit = find_circuit(name);
    if (!circuit.ok() && names.empty())
      return Error(circuit.error().kind(),
                   circuit.error().message() + "; move it away, or name circuits with --circuit");
    if (!circuit.ok()) return circuit.error();
    tracks.push_back(make_track(*std::move(circuit)));
  }
  return tracks;
}

std::vector<std::string> trained_circuits(const Network& network) {
  std::vector<std::string> names;
  const auto found = network.metadata.find(kKey);
  if (found == network.metadata.end()) return names;
  std::istringstream words(found->second);
  for (std::string name; std::getline(words, name, ',');) names.push_back(name);
  return names;
}

void set_trained_circuits(Network& network, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  network.metadata[kKey] = text;
}

void note_circuits(Network& network, const std::vector<Recording>& recordings) {
  std::vector<std::string> names = trained_circuits(network);
  for (const Recording& recording : recordings)
    for (const std::string& name : recording.circuits)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  if (!names.empty()) set_trained_circuits(network, names);
}

std::vector<Course> make_courses(const std::vector<std::shared_ptr<const Track>>& tracks, bool forwards, bool backwards,
                                 const std::vector<std::string>& trained, const SimOptions& options) {
  std::vector<Course> courses;
  for (const auto& track : tracks) {
    const std::string& name = track->circuit.name();
    const bool known = std::find(trained.begin(), trained.end(), name) != trained.end();
    for (const bool reverse : {false, true}) {
      if (reverse ? !backwards : !forwards) continue;
      SimOptions sim = options;
      sim.reverse = reverse;
      Course course;
      course.circuit = name;
      course.held_out = trained.empty() ? track->circuit.definition().held_out : !known;
      course.reverse = reverse;
      course.perturbation = canonical_text(sim.perturbation);
      course.map = map_of(*track);
      course.key = key_of(*track, sim);
      course.make_world = [track, sim]() -> Result<std::unique_ptr<World>> {
        return std::unique_ptr<World>(std::make_unique<SimWorld>(track, sim));
      };
      courses.push_back(std::move(course));
    }
  }
  return courses;
}

Result<SimOptions> sim_options_for(const Network& network) {
  PITLANE_TRY(const InputSpec* image, image_input(network));
  SimOptions options;
  options.camera.width = image->preprocessing.source_width;
  options.camera.height = image->preprocessing.source_height;
  const auto possible = [](int size) { return size >= kSmallestPicture_px && size <= kLargestPicture_px; };
  if (!possible(options.camera.width) || !possible(options.camera.height))
    return unsupported("the network wants frames of " + std::to_string(options.camera.width) + "x" +
                       std::to_string(options.camera.height) + "; the simulator's camera takes " +
                       std::to_string(kSmallestPicture_px) + " to " + std::to_string(kLargestPicture_px) +
                       " pixels a side");
  return options;
}

}  // namespace pitlane::cli
