// Circuits named on the command line, made ready for driving.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/data/recording.h"
#include "pitlane/network/network.h"
#include "pitlane/sim/sim_world.h"
#include "pitlane/sim/track.h"
#include "pitlane/study/course.h"

namespace pitlane::cli {

/// Names of our own circuits, or paths; none given means all of our own.
Result<std::vector<std::shared_ptr<const Track>>> open_tracks(const std::vector<std::string>& names);

/// Circuits that the network was trained or tuned on, by its metadata; empty where it does not say.
std::vector<std::string> trained_circuits(const Network& network);
/// metadata["circuits"]
void set_trained_circuits(Network& network, const std::vector<std::string>& names);
/// Adds the circuits that these recordings were driven on to those that the network is known to have learned from.
void note_circuits(Network& network, const std::vector<Recording>& recordings);

/// A course for each track and direction. Held out: not among `trained`; where that is empty, what the circuit's file
/// says.
std::vector<Course> make_courses(const std::vector<std::shared_ptr<const Track>>& tracks, bool forwards, bool backwards,
                                 const std::vector<std::string>& trained, const SimOptions& options = {});

/// The simulator's camera takes pictures of the size that the network's frames have, at its usual field of view.
/// Errors: a size that the camera cannot have.
Result<SimOptions> sim_options_for(const Network& network);

}  // namespace pitlane::cli
