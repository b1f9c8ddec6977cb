#include "pitlane/measure/answer_check.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "pitlane/engine/graph_input.h"
#include "pitlane/engine/plan.h"
#include "pitlane/engine/reference.h"

namespace pitlane {
namespace {

constexpr float kRealBound = 1e-3F;  // the reference sums in 64 bits

constexpr int kRunsOfStates = 3;

// Outputs that share a value share a tensor.
std::vector<ValueId> output_values(const Network& network) {
  std::vector<ValueId> values;
  for (const OutputSpec& output : network.outputs)
    if (std::find(values.begin(), values.end(), output.value) == values.end()) values.push_back(output.value);
  return values;
}

bool holds(const Network& network, Storage storage) {
  return std::any_of(network.weights.begin(), network.weights.end(),
                     [storage](const Weight& weight) { return weight.storage == storage; });
}

// Where activations are rounded to 8 bits, the reference is one more instruction set.
float bound_for(const Network& network) {
  if (holds(network, Storage::kI8)) return kInt8LevelDifference;
  return holds(network, Storage::kBf16) ? kBf16LevelDifference : kRealBound;
}

Result<std::vector<std::vector<float>>> answer(Session& session, std::span<const TensorView> inputs) {
  std::vector<std::vector<float>> tensors;
  std::vector<MutableTensorView> views;
  for (const TensorSpec& spec : session.outputs())
    tensors.emplace_back(static_cast<std::size_t>(element_count(spec.shape)));
  for (auto& tensor : tensors) views.push_back({tensor.data(), tensor.size() * sizeof(float)});
  const RunStatus status = session.run(inputs, views);
  if (status != RunStatus::kOk) return numeric_error(std::string("the network's run refused: ") + to_string(status));
  return tensors;
}

Status compare(const Network& network, const Session& session, const std::vector<std::vector<float>>& got,
               const ReferenceResult& reference) {
  const float bound = bound_for(network);
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

Status compare_runs(const Network& network, Session& session, std::span<const TensorView> inputs) {
  std::vector<std::vector<float>> real;
  for (std::size_t i = 0; i < inputs.size(); ++i) real.push_back(graph_input(network.inputs[i], inputs[i]));
  ReferenceMemory memory;
  for (int run = 0; run < (network.states.empty() ? 1 : kRunsOfStates); ++run) {
    PITLANE_TRY(const auto got, answer(session, inputs));
    PITLANE_TRY(const ReferenceResult reference, run_reference(network, real, &memory));
    PITLANE_TRY_STATUS(compare(network, session, got, reference));
  }
  return {};
}

}  // namespace

Status check_answer(const Network& network, Session& session, std::span<const TensorView> inputs) {
  PITLANE_CHECK(inputs.size() == network.inputs.size());
  session.reset();
  Status status = compare_runs(network, session, inputs);
  session.reset();
  return status;
}

}  // namespace pitlane
