// Passes as canonical text.
#include <cstdio>
#include <string>

#include "pitlane/optimize/strategy.h"

namespace pitlane {
namespace {

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.12g", value);
  return buffer;
}

std::string text(const FoldBatchNorm& /*pass*/) { return "fold_batch_norm"; }
std::string text(const PruneGlobal& pass) { return "prune_global(sparsity=" + number(pass.sparsity) + ")"; }
std::string text(const FineTune& pass) {
  return "fine_tune(epochs=" + std::to_string(pass.epochs) + ", learning_rate=" + number(pass.learning_rate) + ")";
}
std::string text(const HalfWeights& pass) {
  return pass.storage == Storage::kBf16 ? "bfloat16_weights" : "half_weights";
}
std::string text(const QuantizeDynamic& pass) {
  return "quantize_dynamic(bias_samples=" + std::to_string(pass.bias_samples) + ")";
}
std::string text(const QuantizeStatic& pass) {
  return "quantize_static(samples=" + std::to_string(pass.samples) + ", percentile=" + number(pass.percentile) + ")";
}

}  // namespace

std::string recipe(const Strategy& strategy) {
  std::string all;
  for (const Pass& pass : strategy.passes)
    all += (all.empty() ? "" : " | ") + std::visit([](const auto& p) { return text(p); }, pass);
  return all.empty() ? "unchanged" : all;
}

}  // namespace pitlane
