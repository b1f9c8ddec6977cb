// The table of strategies. A new one is a row here.
#include <string>

#include "pitlane/optimize/strategy.h"

namespace pitlane {
namespace {

constexpr double kSparsity = 0.7;
const FineTune kRecovery{3, 3e-4};  // epochs, learning rate

}  // namespace

const std::vector<Strategy>& strategies() {
  static const std::vector<Strategy> table = {
      {"baseline", "The network as it was trained, in 32-bit floats.", "reference for all others", {}, false},
      {"float16_quan",
       "Weights in 16-bit floats: half the size, the same answers.",
       "TensorFlow Lite, post-training float16 quantisation",
       {HalfWeights{}},
       false},
      {"bfloat16_quan",
       "Weights and what they are multiplied with in bfloat16, sums in 32 bits: half the size, quick where the "
       "processor "
       "has such instructions.",
       "OpenVINO and oneDNN, inference precision bf16",
       {HalfWeights{Storage::kBf16}},
       false},
      {"dynamic_quan",
       "Weights in 8-bit integers per channel, activation ranges measured in each run.",
       "TensorFlow Lite and PyTorch, dynamic range quantisation; biases corrected as for int_flt_quan",
       {QuantizeDynamic{}},
       false},
      {"int_flt_quan",
       "Weights and activations in 8-bit integers, ranges from training data, float outputs.",
       "TensorFlow Lite, integer quantisation with float fallback; biases corrected (Nagel et al., ICCV 2019)",
       {QuantizeStatic{}},
       false},
      {"global_prune",
       "The smallest weights of all layers together, the outputs' own spared, set to zero; then trained on.",
       "PyTorch, global unstructured L1 pruning",
       {PruneGlobal{kSparsity}, kRecovery},
       true},
      {"prune_quan",
       "Pruned and trained on, then 8-bit integers as int_flt_quan.",
       "pruning before quantisation, as both frameworks advise",
       {PruneGlobal{kSparsity}, kRecovery, QuantizeStatic{}},
       true},
  };
  return table;
}

Result<const Strategy*> find_strategy(const std::string& name) {
  std::string known;
  for (const Strategy& strategy : strategies()) {
    if (name == strategy.name) return &strategy;
    known += (known.empty() ? "" : ", ") + std::string(strategy.name);
  }
  return not_found("there is no strategy '" + name + "'; known are " + known);
}

}  // namespace pitlane
