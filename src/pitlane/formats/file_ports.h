// How a program that runs an exported file fills its inputs, and where in its outputs the network's are.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/formats/export.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// One input of the file.
struct FilePort {
  InputSpec input;  ///< of the network
  Shape dims;       ///< with the batch of one
  ElementType type = ElementType::kF32;
  bool scaled = true;           ///< pictures: by the caller, as the preprocessing says; else 0..255
  bool channels_first = false;  ///< pictures: {1, C, H, W}, else {1, H, W, C}

  [[nodiscard]] std::size_t size_bytes() const;
};

/// In the file's order, one an input of the network. After them the file has one for each of the network's states.
std::vector<FilePort> file_ports(const Network& network, const ExportOptions& options);

/// What the file is given where a session is given `value`. Of an int8 TFLite file with int8 inputs: the real numbers,
/// which the caller puts on the grid that the file names.
std::vector<std::byte> file_input(const FilePort& port, const TensorView& value);

/// By output of the network: its place among all elements of the file's outputs, one output after another, states
/// aside. `count`: how many elements those are.
struct FileOutputs {
  std::vector<std::size_t> places;
  std::size_t count = 0;
};
FileOutputs file_outputs(const Network& network, const ExportOptions& options);

}  // namespace pitlane
