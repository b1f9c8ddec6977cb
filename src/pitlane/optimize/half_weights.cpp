#include <utility>

#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/layers.h"
#include "pitlane/optimize/passes.h"

namespace pitlane {

Result<StorageDraft> draft(const HalfWeights& pass, Network network) {
  PITLANE_TRY_STATUS(apply_pass(FoldBatchNorm{}, network));
  StorageDraft draft;
  draft.layers = weighted_layers(network);
  draft.storage = pass.storage;
  draft.floats = std::move(network);
  return draft;
}

Status apply_pass(const HalfWeights& pass, Network& network) {
  PITLANE_TRY(const StorageDraft drafted, draft(pass, network));
  PITLANE_TRY(network, store_layers(drafted, {}, nullptr, {}));
  return {};
}

}  // namespace pitlane
