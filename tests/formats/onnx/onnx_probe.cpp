// Runs a model as our importer understands it, or writes one of ours as ONNX, for comparison with other runtimes:
//
//   onnx_probe run MODEL.onnx INPUT.f32 OUTPUT.f32     inputs as our graph sees them, one run after another
//   onnx_probe describe MODEL.onnx                     inputs "name kind HxWxC", one a line; outputs; int8 layers
//   onnx_probe export KIND PRECISION raw|plain MODEL.onnx   a network of ours, by the name in onnx_samples.h
//   onnx_probe convert MODEL.onnx PRECISION raw|plain OUT.onnx
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "formats/onnx/samples.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "pitlane/formats/onnx/export_onnx.h"

namespace pitlane {
namespace {

int complain(const Error& error) {
  std::cerr << error.message() << '\n';
  return 2;
}

int run(const std::string& model, const std::string& from, const std::string& to) {
  const Result<Network> network = import_network(model);
  if (!network.ok()) return complain(network.error());
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary);
  for (;;) {
    std::vector<std::vector<float>> inputs;
    for (const InputSpec& input : network->inputs) {
      std::vector<float>& values = inputs.emplace_back(
          static_cast<std::size_t>(element_count(network->values[static_cast<std::size_t>(input.value)].shape)));
      in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
    }
    if (!in) return 0;
    const Result<ReferenceResult> result = run_reference(*network, inputs);
    if (!result.ok()) return complain(result.error());
    for (const OutputSpec& output : network->outputs) {
      const float y = result->values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)];
      out.write(reinterpret_cast<const char*>(&y), sizeof y);
    }
  }
}

int describe(const std::string& model) {
  const Result<Network> network = import_network(model);
  if (!network.ok()) return complain(network.error());
  constexpr const char* kKinds[] = {"image", "speed", "command", "light"};
  for (const InputSpec& input : network->inputs)
    std::cout << "input " << input.name << ' ' << kKinds[static_cast<int>(input.kind)] << ' '
              << to_string(network->values[static_cast<std::size_t>(input.value)].shape) << '\n';
  for (const OutputSpec& output : network->outputs) std::cout << "output " << output.name << '\n';
  int int8 = 0;
  for (const Weight& weight : network->weights) int8 += weight.storage == Storage::kI8 ? 1 : 0;
  std::cout << "int8 " << int8 << "\nnodes " << network->nodes.size() << "\nhash " << content_hash(*network) << '\n';
  return 0;
}

Result<OnnxExportOptions> options_of(const std::string& precision, const std::string& raw) {
  OnnxExportOptions options;
  options.raw_input = raw == "raw";
  if (precision == "float16")
    options.precision = OnnxPrecision::kFloat16;
  else if (precision == "qdq")
    options.precision = OnnxPrecision::kQdq;
  else if (precision != "float")
    return invalid_argument("unknown precision " + precision);
  return options;
}

int write(const Result<Network>& network, const Result<OnnxExportOptions>& options, const std::string& path) {
  if (!network.ok()) return complain(network.error());
  if (!options.ok()) return complain(options.error());
  const Status status = export_onnx(*network, *options, path);
  return status.ok() ? 0 : complain(status.error());
}

}  // namespace
}  // namespace pitlane

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  using namespace pitlane;  // NOLINT: a program of forty lines
  if (words.size() == 4 && words[0] == "run") return run(words[1], words[2], words[3]);
  if (words.size() == 2 && words[0] == "describe") return describe(words[1]);
  if (words.size() == 5 && words[0] == "export")
    return write(sample_network(words[1]), options_of(words[2], words[3]), words[4]);
  if (words.size() == 5 && words[0] == "convert")
    return write(import_network(words[1]), options_of(words[2], words[3]), words[4]);
  std::cerr << "see the comment in probe.cpp\n";
  return 2;
}
