// A circuit made ready for driving: its distance field is computed once and shared by all worlds on it.
#pragma once

#include <memory>

#include "pitlane/sim/circuit.h"
#include "pitlane/sim/distance_field.h"

namespace pitlane {

/// Immutable; share it between worlds and threads.
struct Track {
  Circuit circuit;
  std::shared_ptr<const DistanceField> field;
};

/// How far from the line the ground and the walls of a circuit reach, in any appearance; where the road is wider than
/// at its narrowest place, as much farther as its edges.
double field_band_m(const CircuitDefinition& circuit);

/// About 0.1 s for a circuit of 500 m.
std::shared_ptr<const Track> make_track(Circuit circuit);

}  // namespace pitlane
