#include "pitlane/measure/answer_check.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "pitlane/engine/reference.h"

namespace pitlane {
namespace {

constexpr float kRealBound = 1e-3F;
constexpr float kInt8Bound = 0.03F;

// What the graph sees of an input: camera bytes scaled and shifted, numbers as they are.
std::vector<float> real_input(const InputSpec& input, const TensorSpec& spec, const TensorView& given) {
  const auto count = static_cast<std::size_t>(element_count(spec.shape));
  std::vector<float> real(count);
  if (spec.type == ElementType::kF32) {
    std::memcpy(real.data(), given.data, count * sizeof(float));
    return real;
  }
  const auto* bytes = static_cast<const std::uint8_t*>(given.data);
  const std::vector<float>& scale = input.preprocessing.scale;
  const std::vector<float>& offset = input.preprocessing.offset;
  for (std::size_t i = 0; i < count; ++i)
    real[i] = static_cast<float>(bytes[i]) * scale[i % scale.size()] + offset[i % offset.size()];
  return real;
}

// Outputs that share a value share a tensor.
std::vector<ValueId> output_values(const Network& network) {
  std::vector<ValueId> values;
  for (const OutputSpec& output : network.outputs)
    if (std::find(values.begin(), values.end(), output.value) == values.end()) values.push_back(output.value);
  return values;
}

bool has_int8(const Network& network) {
  return std::any_of(network.weights.begin(), network.weights.end(),
                     [](const Weight& weight) { return weight.storage == Storage::kI8; });
}

Result<std::vector<std::vector<float>>> answer(Session& session, std::span<const TensorView> inputs) {
  std::vector<std::vector<float>> tensors;
  std::vector<MutableTensorView> views;
  for (const TensorSpec& spec : session.outputs())
    tensors.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& tensor : tensors) views.push_back({tensor.data(), tensor.size() * sizeof(float)});
  session.reset();
  const RunStatus status = session.run(inputs, views);
  session.reset();
  if (status != RunStatus::kOk) return numeric_error(std::string("the network's run refused: ") + to_string(status));
  return tensors;
}

}  // namespace

Status check_answer(const Network& network, Session& session, std::span<const TensorView> inputs) {
  PITLANE_CHECK(inputs.size() == network.inputs.size());
  PITLANE_TRY(const auto got, answer(session, inputs));
  std::vector<std::vector<float>> real;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    real.push_back(real_input(network.inputs[i], session.inputs()[i], inputs[i]));
  PITLANE_TRY(const ReferenceResult reference, run_reference(network, real));
  const float bound = has_int8(network) ? kInt8Bound : kRealBound;
  const std::vector<ValueId> values = output_values(network);
  for (std::size_t t = 0; t < values.size(); ++t) {
    const std::vector<float>& want = reference.values[static_cast<std::size_t>(values[t])];
    for (std::size_t i = 0; i < want.size(); ++i)
      if (!(std::abs(got[t][i] - want[i]) <= bound * std::max(1.F, std::abs(want[i]))))
        return numeric_error("the engine answers " + std::to_string(got[t][i]) + " where the reference has " +
                             std::to_string(want[i]) + " (" + session.description() +
                             "); this is a fault of Pitlane, please report it");
  }
  return {};
}

}  // namespace pitlane
