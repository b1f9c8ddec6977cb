// --sparsity: how much the strategies that prune take away.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane::cli {

/// A share within 0 to 0.99.
void add_sparsity_flag(CLI::App& verb, std::optional<double>& sparsity);

/// Error where none of these prunes: the flag would be passed over in silence.
Status check_some_prune(const std::vector<const Strategy*>& strategies);

}  // namespace pitlane::cli
