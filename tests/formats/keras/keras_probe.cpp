// What parity.py asks of our side: what the engine makes of samples with a Keras file, and our own export of it.
//   keras_probe run MODEL SAMPLES OUT
//   keras_probe export MODEL OUT
// A sample is all inputs one after another: pictures as bytes, vectors as f32. Outputs are f32.
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/engine/plan.h"
#include "pitlane/formats/import.h"
#include "pitlane/formats/keras/export_keras.h"

namespace pitlane {
namespace {

std::size_t bytes_of(const Network& network, const InputSpec& input) {
  const auto count =
      static_cast<std::size_t>(element_count(network.values[static_cast<std::size_t>(input.value)].shape));
  return input.kind == InputKind::kImage ? count : count * sizeof(float);
}

Status run(const Network& network, const std::string& samples, const std::string& out) {
  PITLANE_TRY(const std::vector<std::byte> data, read_file(samples));
  PITLANE_TRY(const auto plan, compile(network));
  const auto session = plan->new_session();
  std::vector<std::vector<float>> made;
  std::vector<MutableTensorView> outputs;
  for (const TensorSpec& spec : session->outputs())
    made.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& m : made) outputs.push_back({m.data(), m.size() * sizeof(float)});
  std::vector<ValueId> order;
  for (const OutputSpec& output : network.outputs)
    if (std::ranges::find(order, output.value) == order.end()) order.push_back(output.value);
  std::vector<float> all;
  for (std::size_t at = 0; at < data.size();) {
    std::vector<std::vector<std::byte>> own;
    std::vector<TensorView> inputs;
    for (const InputSpec& input : network.inputs) {
      const std::size_t end = at + bytes_of(network, input);
      if (end > data.size()) return invalid_argument("samples end within an input");
      own.emplace_back(data.begin() + static_cast<std::ptrdiff_t>(at), data.begin() + static_cast<std::ptrdiff_t>(end));
      at = end;
    }
    for (const auto& o : own) inputs.push_back({o.data(), o.size()});
    session->reset();
    const RunStatus status = session->run(inputs, outputs);
    if (status != RunStatus::kOk) return numeric_error(to_string(status));
    for (const OutputSpec& output : network.outputs) {
      const auto place = static_cast<std::size_t>(std::ranges::find(order, output.value) - order.begin());
      all.push_back(made[place][static_cast<std::size_t>(output.element)]);
    }
  }
  return write_file(out, std::as_bytes(std::span(all)));
}

Status main_of(const std::vector<std::string>& words) {
  if (words.size() < 4) return invalid_argument("see the head of keras_probe.cpp");
  PITLANE_TRY(const Network network, import_network(words[2]));
  if (words[1] == "run" && words.size() == 5) return run(network, words[3], words[4]);
  if (words[1] == "export") return export_keras(network, words[3]);
  return invalid_argument("see the head of keras_probe.cpp");
}

}  // namespace
}  // namespace pitlane

int main(int argc, char** argv) {
  const pitlane::Status status = pitlane::main_of({argv, argv + argc});
  if (status.ok()) return 0;
  std::fprintf(stderr, "keras_probe: %s\n", status.error().message().c_str());
  return 1;
}
