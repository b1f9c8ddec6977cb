// What ONNX has no words for, in the model's metadata_props under keys that begin with "pitlane.": where the picture
// comes from, what outputs mean, which inputs are memory. See docs/formats/onnx.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane::onnx {

using Properties = std::map<std::string, std::string>;

/// An input as the graph has it.
struct InputNote {
  InputSpec spec;               ///< without a value
  bool channels_first = false;  ///< pictures: {1, C, H, W}, else {1, H, W, C}
};
struct OutputNote {
  OutputSpec spec;  ///< without a value; `element` counts in the graph's tensor
  std::string tensor;
};
/// Memory: the graph's input `before`, and the output that becomes it.
struct StateNote {
  std::string name, before, after;
};

struct Notes {
  std::string network;
  std::vector<InputNote> inputs;
  std::vector<OutputNote> outputs;
  std::vector<StateNote> states;
  std::map<std::string, std::string> metadata;
};

/// Did we write these?
bool has_notes(const Properties& properties);
/// Errors name the key.
Result<Notes> parse_notes(const Properties& properties);
Properties write_notes(const Notes& notes);

}  // namespace pitlane::onnx
