// run_model MODEL [--size WIDTHxHEIGHT] [--architecture FILE] < inputs > outputs
//
// What the network of a foreign model file computes. Inputs and outputs are raw float32: of each run, all inputs in the
// network's order as its graph sees them, pictures {H, W, C}; then all outputs, normalised.
// By the reference evaluation.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"

namespace pitlane {
namespace {

bool read_inputs(const Network& network, std::vector<std::vector<float>>& inputs) {
  inputs.clear();
  for (const InputSpec& input : network.inputs) {
    std::vector<float>& values = inputs.emplace_back(
        static_cast<std::size_t>(element_count(network.values[static_cast<std::size_t>(input.value)].shape)));
    if (!std::cin.read(reinterpret_cast<char*>(values.data()),
                       static_cast<std::streamsize>(values.size() * sizeof(float))))
      return false;
  }
  return true;
}

Status run_all(const std::string& path, const ImportOptions& options) {
  PITLANE_TRY(const Network network, import_network(path, options));
  for (std::vector<std::vector<float>> inputs; read_inputs(network, inputs);) {
    PITLANE_TRY(const ReferenceResult result, run_reference(network, inputs));
    for (const OutputSpec& output : network.outputs) {
      const float value =
          result.values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)];
      std::cout.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  return {};
}

}  // namespace
}  // namespace pitlane

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  pitlane::ImportOptions options;
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    int width = 0, height = 0;
    if (words[i] == "--architecture") options.architecture = words[i + 1];
    if (words[i] == "--size" && std::sscanf(words[i + 1].c_str(), "%dx%d", &width, &height) == 2) {
      options.image.width = width;
      options.image.height = height;
    }
  }
  const pitlane::Status status = words.size() < 2 ? pitlane::invalid_argument("run_model MODEL < inputs > outputs")
                                                  : pitlane::run_all(words[1], options);
  if (!status.ok()) std::cerr << status.error().message() << "\n";
  return status.ok() ? 0 : 2;
}
