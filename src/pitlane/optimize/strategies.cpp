// The table of strategies. A new one is a row here.
#include <algorithm>
#include <cctype>
#include <string>

#include "pitlane/core/joined.h"
#include "pitlane/core/near_name.h"
#include "pitlane/core/printable.h"
#include "pitlane/optimize/controls.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {
namespace {

constexpr double kSparsity = 0.7;
const FineTune kRecovery{3, 3e-4};  // epochs, learning rate
// What PruneGradually does, but for the zeros.
const PruneGradually kPruning{};
const FineTune kLongRecovery{
    .epochs = kPruning.epochs, .learning_rate = kPruning.learning_rate, .distillation = kPruning.distillation};
const FineTune kDistillation{.epochs = 4, .learning_rate = 5e-4, .distillation = 0.5};
// Filters meet another scale, or brightness where they looked for a colour: they learn more anew.
const FineTune kRelearning{.epochs = 8, .learning_rate = 1e-3, .distillation = 0.5};
// A value that many weights share moves all of them at once: steps of three times the length, or six epochs, undid on a
// small recording what the choice of values had held.
const QuantizeAware kAware{}, kAwareOfClusters{.keep_shared = true, .distillation = 0.5};

std::vector<Strategy> make_table() {
  return {
      {"baseline", "The network as it was trained, in 32-bit floats.", "reference for all others", {}, false},
      {"fine_tune",
       "Trained on for three epochs as those that are pruned at once, with nothing taken away.",
       "control for what trains on as briefly and from the labels alone",
       {kRecovery},
       true},
      {"fine_tune_long",
       "Trained on for as long as prune is and from the baseline's answers too, with nothing taken away.",
       "control for what learns from the baseline; distillation after Hinton, Vinyals and Dean, 2015",
       {kLongRecovery},
       true},
      {"fp32",
       "32-bit floats, normalisations folded into the layers behind them.",
       "TensorRT, precision fp32",
       {FoldBatchNorm{}},
       false},
      {"float16_quan",
       "Weights in 16-bit floats: half the size, the same answers.",
       "TensorFlow Lite, post-training float16 quantisation; TensorRT, precision fp16",
       {HalfWeights{}},
       false,
       "fp16"},
      {"bfloat16_quan",
       "Weights and what they are multiplied with in bfloat16, sums in 32 bits: a third of the size, quick where the "
       "processor has such instructions.",
       "OpenVINO and oneDNN, inference precision bf16; TensorRT, precision bf16",
       {HalfWeights{Storage::kBf16}},
       false,
       "bf16"},
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
      {"static_quan",
       "As int_flt_quan, with ranges of the smallest squared error.",
       "PyTorch, post-training static quantisation with histogram observers",
       {QuantizeStatic{.calibrator = Calibrator::kMse}},
       false},
      {"int_quan",
       "Nothing but 8-bit integers from the camera's bytes to the outputs, which are read as what their steps stand "
       "for.",
       "TensorFlow Lite, full integer quantisation",
       {QuantizeStatic{.integers_only = true}},
       false},
      {"int8",
       "As int_flt_quan, with the smallest and largest numbers of training data as ranges.",
       "TensorRT, precision int8 with min-max calibration",
       {QuantizeStatic{.calibrator = Calibrator::kMinMax}},
       false},
      {"int4",
       "As int_flt_quan, with 4 bits for each weight of the large layers, rounded up or down so that layers answer as "
       "before.",
       "Nagel et al., ICML 2020 (AdaRound), solved greedily as by Lybrand and Saab, JMLR 2021",
       {QuantizeStatic{.bits_of_large = 4, .large_or_none = true}},
       false},
      {"int2",
       "As int4, with minus one, zero and one times a channel's scale for the weights of the large layers.",
       "as int4; ternary levels as by Li, Zhang and Liu, 2016, the scale a channel's largest weight",
       {QuantizeStatic{.bits_of_large = 2, .large_or_none = true}},
       false},
      {"quan_aware",
       "Trained on with the rounding of int_flt_quan in sight, then in 8-bit integers for good.",
       "TensorFlow Model Optimization and PyTorch, quantisation-aware training",
       {kAware},
       true},
      {"local_prune",
       "The smallest weights of each layer set to zero, 30 % of convolutions and 50 % of dense layers, the outputs' "
       "own "
       "spared; then trained on.",
       "PyTorch, local unstructured L1 pruning",
       {PruneLocal{}, kRecovery},
       true},
      {"global_prune",
       "The smallest weights of all layers together, the outputs' own spared, set to zero; then trained on.",
       "PyTorch, global unstructured L1 pruning",
       {PruneGlobal{kSparsity}, kRecovery},
       true},
      {"prune",
       "The smallest weights of each layer, the outputs' own spared, go to zero while it is trained on, from 50 to 80 "
       "%.",
       "TensorFlow Model Optimization, pruning with a polynomial schedule (Zhu and Gupta, 2017); learning from the "
       "baseline too",
       {kPruning},
       true},
      {"prune_quan",
       "Pruned and trained on as global_prune, then 8-bit integers as int_flt_quan.",
       "PyTorch, pruning before static quantisation",
       {PruneGlobal{kSparsity}, kRecovery, QuantizeStatic{}},
       true,
       "prune_quan_torch"},
      {"prune_quan_tf",
       "Pruned as prune, then 8-bit integers as dynamic_quan.",
       "TensorFlow Model Optimization, pruning before dynamic range quantisation (there: prune_quan)",
       {kPruning, QuantizeDynamic{}},
       true},
      {"prune_qat",
       "Pruned as prune, then as quan_aware with the zeros kept.",
       "TensorFlow Model Optimization, sparsity-preserving quantisation-aware training (PQAT)",
       {kPruning, kAware},
       true},
      {"clust_qat",
       "The weights of each layer share few values, chosen so that it answers as before; then as quan_aware with the "
       "sharing kept.",
       "TensorFlow Model Optimization, cluster-preserving quantisation-aware training (CQAT); values chosen as in "
       "int4, learning from the baseline too",
       {Cluster{}, kAwareOfClusters},
       true},
      {"prune_clust_qat",
       "Pruned as prune, then as clust_qat with the zeros kept.",
       "TensorFlow Model Optimization, sparsity- and cluster-preserving quantisation-aware training (PCQAT); learning "
       "from the baseline too",
       {kPruning, Cluster{}, kAwareOfClusters},
       true},
      {"shrink",
       "Half of all channels and units removed, those that the loss misses least; then trained on to answer as the "
       "baseline did and as the labels say.",
       "Molchanov et al., ICLR 2017 and CVPR 2019; distillation after Hinton, Vinyals and Dean, 2015",
       {Shrink{}, kDistillation},
       true},
      {"shrink_quan",
       "Shrunk as shrink, then 8-bit integers as int_flt_quan.",
       "as shrink and int_flt_quan",
       {Shrink{}, kDistillation, QuantizeStatic{}},
       true},
      {"grey_input",
       "Brightness in place of three colours, the first layer's weights for them added up; then trained on to answer "
       "as the baseline did and as the labels say.",
       "ours; distillation as for shrink",
       {ReduceInput{.colours = Colours::kGrey}, kRelearning},
       true},
      {"plane_input",
       "One colour in place of all three, the one that the network can best do with alone; then trained on as "
       "grey_input.",
       "ours; distillation as for shrink",
       {ReduceInput{.colours = Colours::kPlane}, kRelearning},
       true},
      {"small_input",
       "A picture of half the rows and half the columns, dense layers resampled to it; then trained on as "
       "grey_input.",
       "after Howard et al., 2017 (MobileNets, resolution multiplier); distillation as for shrink",
       {ReduceInput{.scale = 0.5}, kRelearning},
       true},
      {"small_input_quan",
       "As small_input, then 8-bit integers as int_flt_quan.",
       "as small_input and int_flt_quan",
       {ReduceInput{.scale = 0.5}, kRelearning, QuantizeStatic{}},
       true},
  };
}

}  // namespace

const std::vector<Strategy>& strategies() {
  static const std::vector<Strategy> table = make_table();
  return table;
}

Result<const Strategy*> find_strategy(const std::string& name) {
  std::vector<std::string> known, all;
  for (const Strategy& strategy : strategies()) {
    if (name == strategy.name || (*strategy.also != '\0' && name == strategy.also)) return &strategy;
    known.emplace_back(strategy.name);
    all.emplace_back(strategy.name);
    if (*strategy.also != '\0') all.emplace_back(strategy.also);
  }
  for (const Strategy& control : controls()) {
    if (name == control.name) return &control;
    all.emplace_back(control.name);
  }
  if (const auto why = why_no_control(name)) return not_found("there is no strategy '" + name + "': " + *why);
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string meant;
  if (name.find(',') != std::string::npos)
    meant = "; a name has no comma (several are separated by spaces, where a command takes more than one)";
  else if (const auto near = near_name(lower, all))
    meant = "; did you mean '" + *near + "'?";
  return not_found("there is no strategy '" + printable(name) + "'" + meant + " (known are " + joined(known) + ")");
}

}  // namespace pitlane
