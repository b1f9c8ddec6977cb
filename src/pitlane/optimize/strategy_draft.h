// A strategy done up to the point where layers are stored in fewer bits.
#pragma once

#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/optimize/layer_storage.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {

/// What trains or calibrates is done; store_layers() does the rest. Without layers where the last pass stores none in
/// fewer bits. `context` sees what the network sees afterwards. Errors: as of apply_strategy.
Result<StorageDraft> draft_of(const Network& baseline, const Strategy& strategy, StrategyContext& context,
                              const ProgressFn& progress);

/// Metadata, as apply_strategy() writes it.
void name_origin(const Strategy& strategy, Network& network);

}  // namespace pitlane
