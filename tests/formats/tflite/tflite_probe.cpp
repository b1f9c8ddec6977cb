// What parity.py asks of our side: what a .tflite file reads, what the engine makes of samples, and our own export of
// it.
//   tflite_probe describe MODEL
//   tflite_probe run MODEL SAMPLES OUT
//   tflite_probe export MODEL OUT float32|float16|dynamic|int8 float|int8 [SAMPLES]
// A sample is all inputs one after another: pictures as bytes, vectors as f32. Outputs are f32.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/engine/plan.h"
#include "pitlane/engine/reference.h"
#include "pitlane/formats/import.h"
#include "pitlane/formats/tflite/export_tflite.h"

namespace pitlane {
namespace {

bool is_picture(const InputSpec& input) { return input.kind == InputKind::kImage; }

std::size_t bytes_of(const Network& network, const InputSpec& input) {
  const auto count = static_cast<std::size_t>(element_count(network.values[input.value].shape));
  return is_picture(input) ? count : count * sizeof(float);
}

std::size_t sample_bytes(const Network& network) {
  std::size_t bytes = 0;
  for (const InputSpec& input : network.inputs) bytes += bytes_of(network, input);
  return bytes;
}

Status describe(const Network& network) {
  for (const InputSpec& input : network.inputs) {
    std::printf("input %s %s", input.name.c_str(), is_picture(input) ? "picture" : "vector");
    for (const std::int64_t d : network.values[input.value].shape) std::printf(" %lld", static_cast<long long>(d));
    if (is_picture(input)) {
      const Preprocessing& p = input.preprocessing;
      std::printf(" frames %d scale", p.frames);
      for (const float s : p.scale) std::printf(" %.9g", static_cast<double>(s));
      std::printf(" offset");
      for (const float o : p.offset) std::printf(" %.9g", static_cast<double>(o));
    }
    if (input.kind == InputKind::kSpeed) std::printf(" times=%.9g", static_cast<double>(input.scale));
    std::printf("\n");
  }
  for (const OutputSpec& output : network.outputs) std::printf("output %s\n", output.name.c_str());
  return {};
}

Status run(const Network& network, const std::string& samples, const std::string& out) {
  PITLANE_TRY(const std::vector<std::byte> data, read_file(samples));
  PITLANE_TRY(const auto plan, compile(network));
  const auto session = plan->new_session();
  const std::size_t each = sample_bytes(network);
  std::vector<std::vector<float>> made;
  std::vector<MutableTensorView> outputs;
  for (const TensorSpec& spec : session->outputs())
    made.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& m : made) outputs.push_back({m.data(), m.size() * sizeof(float)});
  std::vector<ValueId> order;
  for (const OutputSpec& output : network.outputs)
    if (std::ranges::find(order, output.value) == order.end()) order.push_back(output.value);
  std::vector<float> all;
  for (std::size_t at = 0; at + each <= data.size(); at += each) {
    std::vector<std::vector<std::byte>> own;
    std::vector<TensorView> inputs;
    std::size_t from = at;
    for (const InputSpec& input : network.inputs) {
      own.emplace_back(data.begin() + static_cast<std::ptrdiff_t>(from),
                       data.begin() + static_cast<std::ptrdiff_t>(from + bytes_of(network, input)));
      from += own.back().size();
    }
    for (const auto& o : own) inputs.push_back({o.data(), o.size()});
    session->reset();
    const RunStatus status = session->run(inputs, outputs);
    if (status != RunStatus::kOk) return numeric_error(to_string(status));
    for (const OutputSpec& output : network.outputs)
      all.push_back(made[std::ranges::find(order, output.value) - order.begin()][output.element]);
  }
  return write_file(out, std::as_bytes(std::span(all)));
}

std::vector<std::vector<float>> reals(const Network& network, const std::byte* from) {
  std::vector<std::vector<float>> inputs;
  for (const InputSpec& input : network.inputs) {
    std::vector<float> values(static_cast<std::size_t>(element_count(network.values[input.value].shape)));
    const std::size_t bytes = bytes_of(network, input);
    if (is_picture(input)) {
      const Preprocessing& p = input.preprocessing;
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(std::to_integer<int>(from[i])) * p.scale[i % p.scale.size()] +
                    p.offset[i % p.scale.size()];
    } else {
      std::memcpy(values.data(), from, bytes);
    }
    from += bytes;
    inputs.push_back(std::move(values));
  }
  return inputs;
}

Result<std::vector<std::optional<ValueRange>>> measured(const Network& network, const std::string& samples) {
  PITLANE_TRY(const std::vector<std::byte> data, read_file(samples));
  std::vector<std::optional<ValueRange>> ranges(network.values.size());
  const std::size_t each = sample_bytes(network);
  for (std::size_t at = 0; at + each <= data.size(); at += each) {
    const auto inputs = reals(network, data.data() + at);
    PITLANE_TRY(const ReferenceResult result, run_reference(network, inputs));
    for (std::size_t v = 0; v < ranges.size(); ++v) {
      if (result.values[v].empty()) continue;
      const auto [low, high] = std::ranges::minmax(result.values[v]);
      const ValueRange old = ranges[v].value_or(ValueRange{low, high});
      ranges[v] = ValueRange{std::min(old.low, low), std::max(old.high, high)};
    }
  }
  return ranges;
}

Status write(const Network& network, const std::vector<std::string>& words) {
  TfliteExportOptions options;
  const std::vector<std::string> precisions = {"float32", "float16", "dynamic", "int8"};
  options.precision = static_cast<TflitePrecision>(std::ranges::find(precisions, words[4]) - precisions.begin());
  const std::vector<std::string> ios = {"float", "int8", "uint8"};
  options.io = static_cast<TfliteIo>(std::ranges::find(ios, words[5]) - ios.begin());
  const Network ready = with_separate_activations(network);
  if (words.size() > 6) {
    PITLANE_TRY(options.ranges, measured(ready, words[6]));
  }
  return export_tflite(ready, options, words[3]);
}

Status main_of(const std::vector<std::string>& words) {
  if (words.size() < 3) return invalid_argument("see the head of tflite_probe.cpp");
  PITLANE_TRY(const Network network, import_network(words[2]));
  if (words[1] == "describe") return describe(network);
  if (words[1] == "run" && words.size() == 5) return run(network, words[3], words[4]);
  if (words[1] == "export" && words.size() >= 6) return write(network, words);
  return invalid_argument("see the head of tflite_probe.cpp");
}

}  // namespace
}  // namespace pitlane

int main(int argc, char** argv) {
  const pitlane::Status status = pitlane::main_of(std::vector<std::string>(argv, argv + argc));
  if (status.ok()) return 0;
  std::fprintf(stderr, "tflite_probe: %s\n", status.error().message().c_str());
  return 2;
}
