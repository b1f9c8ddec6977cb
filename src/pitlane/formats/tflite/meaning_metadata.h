// The meaning of inputs and outputs, as Pitlane's own .tflite files carry it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::tflite {

/// As in a Network, but `value` is an index into the graph's inputs or outputs.
struct Meaning {
  std::string name;
  std::vector<InputSpec> inputs;
  std::vector<OutputSpec> outputs;
  std::vector<StateSpec> states;    ///< before: of the inputs, after: of the outputs
  std::vector<Shape> state_shapes;  ///< one a state
  std::map<std::string, std::string> metadata;
};

std::vector<std::byte> write_meaning(const Meaning& meaning);
/// Errors: damaged, of a newer version, or naming tensors that the graph of so many inputs and outputs does not have.
Result<Meaning> read_meaning(const SharedBytes& bytes, std::size_t inputs, std::size_t outputs);

}  // namespace pitlane::tflite
