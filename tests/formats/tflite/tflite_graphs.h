// Small .tflite files for tests, written with the schema's own writer.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/engine/reference.h"
#include "pitlane/formats/importers.h"
#include "pitlane/formats/tflite/export_tflite.h"
#include "pitlane/formats/tflite/graph_writer.h"

namespace pitlane::tflite {

using Code = tfl::BuiltinOperator;
using Bytes = std::vector<std::byte>;

template <typename T>
SharedBytes shared(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return SharedBytes(std::move(bytes));
}

/// Numbers that look arbitrary and are the same everywhere.
inline std::vector<float> waves(std::size_t count, double step = 0.7) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(std::sin(step * static_cast<double>(i + 1)));
  return values;
}

inline GraphWriter::Options no_options() { return {}; }

/// A graph of one picture or vector input whose last tensor is the output.
struct Graph {
  GraphWriter writer;
  TensorId input = -1;

  explicit Graph(Shape shape) { input = writer.flow("in", std::move(shape), {}); }

  TensorId op(Code code, std::vector<TensorId> inputs, Shape made, GraphWriter::Options options = {}) {
    const TensorId out = writer.flow(tfl::EnumNameBuiltinOperator(code), std::move(made), {});
    writer.add(code, 1, std::move(inputs), {out}, std::move(options));
    return out;
  }

  Bytes finish(TensorId output) const {
    return writer.finish("graph", {{input}, {output}, {"in"}, {"out"}}, {}).value();
  }
};

/// finish() writes an empty meaning, which is none: such files mean what habit says.
inline Result<Network> parse(const Bytes& bytes) { return parse_tflite(SharedBytes(bytes), "test", {}); }

inline std::string error_of(const Bytes& bytes) {
  const Result<Network> network = parse(bytes);
  return network.ok() ? "no error" : network.error().message();
}

/// Outputs of the network for one input, by the reference.
inline std::vector<float> outputs_of(const Network& network, const std::vector<std::vector<float>>& inputs,
                                     ReferenceMemory* memory = nullptr) {
  const Result<ReferenceResult> result = run_reference(network, inputs, memory);
  if (!result.ok()) throw std::runtime_error(result.error().message());
  std::vector<float> outputs;
  for (const OutputSpec& o : network.outputs)
    outputs.push_back(result->values[static_cast<std::size_t>(o.value)][static_cast<std::size_t>(o.element)]);
  return outputs;
}

}  // namespace pitlane::tflite
