// What each pass does to a network. Layers in other storages than f32 are decoded first. Errors name the layer.
#pragma once

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// Also folds a BatchNorm behind a Conv2d or Dense without activation. One that has several readers stays, as does one
/// at a layer whose weights other layers share, unless all of them have the same one there, as does one before a padded
/// convolution whose border would have to be far outside what the layer reads (a scale near zero).
Status apply_pass(const FoldBatchNorm& pass, Network& network);

/// Of the n weights of all layers together exactly floor(sparsity * n) are zero afterwards (or more, if more were zero
/// before); of equal magnitudes the first ones go. Biases, normalisations and the layers that make outputs are exempt.
/// To be followed by fine-tuning, and done before folding: the smallest weights are those of the network as it was
/// trained, and a frozen BatchNorm in front of a layer does not move its zeros. Errors: a layer would lose all of its
/// weights.
Status apply_pass(const PruneGlobal& pass, Network& network);

/// Of each layer's n weights exactly floor(share * n) are zero afterwards (or more, if more were zero before). Exempt,
/// and done before folding, as in PruneGlobal. Errors: a layer would lose all of its weights.
Status apply_pass(const PruneLocal& pass, Network& network);

/// As PruneLocal, of all layers alike, by the trainer. Errors: as of FineTune, fewer zeros than asked for.
Status apply_pass(const PruneGradually& pass, Network& network, const FineTuneFn& fine_tune, const ProgressFn& progress,
                  const Network* teacher = nullptr);

/// Errors: no ImportanceFn, no layer that can lose channels (naming the first and why).
Status apply_pass(const Shrink& pass, Network& network, const ImportanceFn& importance, const ProgressFn& progress);

/// Errors: a scale out of range; as with_one_channel(), with_small_input(), choose_plane(), which wants training
/// pictures.
Status apply_pass(const ReduceInput& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress);

/// The values are those of k-means over each layer's weights apart from zeros, with first ones evenly spread over their
/// range (Han, Mao and Dally, "Deep Compression", ICLR 2016). A weight takes one of the two around it by
/// round_greedily(), in a grouped convolution the nearest. Folds BatchNorm first, which would tear equal weights apart.
/// Errors: as of calibration_samples() and layer_inputs().
Status apply_pass(const Cluster& pass, Network& network, const StrategyContext& context, const ProgressFn& progress);

/// Errors: no FineTuneFn, a result of another architecture, or one in which zeros have moved or shared values parted.
/// `teacher` is the baseline, for distillation.
Status apply_pass(const FineTune& pass, Network& network, const FineTuneFn& fine_tune, const ProgressFn& progress,
                  const Network* teacher = nullptr);

/// Folds BatchNorm first: its scales may leave binary16's range. Biases stay f32; they weigh nothing. Errors: a layer
/// whose weights binary16 cannot hold; bfloat16 holds all.
Status apply_pass(const HalfWeights& pass, Network& network);

/// Folds BatchNorm first. Layers that make outputs and small dense ones stay f32, as do those whose sums could overflow
/// 32 bits; their biases are corrected all the same. Pictures are spread evenly over the training part, as they are.
Status apply_pass(const QuantizeDynamic& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress);

/// As QuantizeDynamic, with ranges from calibration pictures.
Status apply_pass(const QuantizeStatic& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress);

/// Errors: as of FineTune and QuantizeStatic. `teacher` as there.
Status apply_pass(const QuantizeAware& pass, Network& network, const StrategyContext& context,
                  const ProgressFn& progress, const Network* teacher = nullptr);

/// Adds the baseline to learn from, or nothing where its share is 0. Errors: a share out of range, no baseline.
Status add_teacher(double share, const Network* teacher, FineTuning& fine_tuning);

/// `fine_tuning` done, and what must hold then held to it: for passes that train.
Result<Network> train_on(const Network& network, const FineTuning& fine_tuning, const FineTuneFn& fine_tune,
                         const ProgressFn& progress);

}  // namespace pitlane
