// Passes as canonical text.
#include <cstdio>
#include <string>
#include <vector>

#include "pitlane/core/printable.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {
namespace {

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.12g", value);
  return buffer;
}

std::string spared(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? ", spared='" : " '") + printable(name) + "'";
  return text;
}

std::string text(const FoldBatchNorm& /*pass*/) { return "fold_batch_norm"; }
std::string text(const PruneGlobal& pass) {
  return "prune_global(sparsity=" + number(pass.sparsity) + spared(pass.spared) + ")";
}
std::string text(const PruneLocal& pass) {
  return "prune_local(convolution=" + number(pass.convolution) + ", dense=" + number(pass.dense) + spared(pass.spared) +
         ")";
}
std::string text(const PruneGradually& pass) {
  return "prune_gradually(from=" + number(pass.from) + ", sparsity=" + number(pass.sparsity) +
         ", epochs=" + std::to_string(pass.epochs) + ", learning_rate=" + number(pass.learning_rate) +
         (pass.distillation > 0 ? ", distillation=" + number(pass.distillation) : "") + spared(pass.spared) + ")";
}
std::string text(const Shrink& pass) { return "shrink(keep=" + number(pass.keep) + spared(pass.spared) + ")"; }
std::string text(const ReduceInput& pass) {
  const auto& [columns, rows] = pass.scale;
  return "reduce_input(scale=" + number(columns) + (rows == columns ? "" : "x" + number(rows)) +
         (pass.colours == Colours::kGrey    ? ", grey)"
          : pass.colours == Colours::kPlane ? ", plane)"
                                            : ")");
}
std::string text(const Cluster& pass) {
  return "cluster(values=" + std::to_string(pass.values) + ", samples=" + std::to_string(pass.samples) +
         spared(pass.spared) + ")";
}
std::string text(const FineTune& pass) {
  return "fine_tune(epochs=" + std::to_string(pass.epochs) + ", learning_rate=" + number(pass.learning_rate) +
         (pass.distillation > 0 ? ", distillation=" + number(pass.distillation) : "") +
         (pass.keep_shared ? ", keep_shared)" : ")");
}
std::string text(const HalfWeights& pass) {
  return pass.storage == Storage::kBf16 ? "bfloat16_weights" : "half_weights";
}
std::string text(const QuantizeDynamic& pass) {
  return "quantize_dynamic(bias_samples=" + std::to_string(pass.bias_samples) + ")";
}
std::string text(const QuantizeStatic& pass) {
  return "quantize_static(samples=" + std::to_string(pass.samples) + ", percentile=" + number(pass.percentile) +
         ", calibrator=" + to_string(pass.calibrator) + (pass.integers_only ? ", integers_only" : "") +
         (pass.bits_of_large < 8 ? ", bits_of_large=" + std::to_string(pass.bits_of_large) : "") +
         (pass.equalize ? ", equalize)" : ")");
}
std::string text(const QuantizeAware& pass) {
  return "quantize_aware(epochs=" + std::to_string(pass.epochs) + ", learning_rate=" + number(pass.learning_rate) +
         ", samples=" + std::to_string(pass.samples) +
         (pass.distillation > 0 ? ", distillation=" + number(pass.distillation) : "") +
         (pass.keep_shared ? ", keep_shared)" : ")");
}

}  // namespace

const char* to_string(Calibrator calibrator) {
  switch (calibrator) {
    case Calibrator::kCubedError:
      return "cubed_error";
    case Calibrator::kMinMax:
      return "min_max";
    case Calibrator::kPercentile:
      return "percentile";
    case Calibrator::kMse:
      return "mse";
    case Calibrator::kEntropy:
      return "entropy";
  }
  return "?";
}

std::string to_string(const FineTuning& fine_tuning) {
  std::string all = text(FineTune{fine_tuning.epochs, fine_tuning.learning_rate, fine_tuning.keep_shared});
  if (fine_tuning.pruning) {
    all += " pruning " + number(fine_tuning.pruning->from) + " to " + number(fine_tuning.pruning->to) + " of";
    for (const WeightId id : fine_tuning.pruning->weights) all += " " + std::to_string(id);
  }
  if (!fine_tuning.int8.empty()) all += " int8 ";
  for (const auto& scales : fine_tuning.int8) all += !scales ? "-" : *scales == I8Scales::kOne ? "1" : "c";
  if (fine_tuning.teacher)
    all += " teacher " + content_hash(*fine_tuning.teacher) + " " + number(fine_tuning.teacher_share);
  return all;
}

std::string recipe(const Strategy& strategy) {
  std::string all;
  for (const Pass& pass : strategy.passes)
    all += (all.empty() ? "" : " | ") + std::visit([](const auto& p) { return text(p); }, pass);
  return all.empty() ? "unchanged" : all;
}

}  // namespace pitlane
