// The engine: compile a Network once, run it often.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/network/network.h"

namespace pitlane {

struct CompileOptions {
  /// Forces a level; empty takes the environment variable PITLANE_ISA, else the best this machine has.
  std::optional<Isa> isa;
};

/// Immutable; share it between threads, each with its own session. Inputs are those of the network in
/// order, images as kU8; there is one output tensor per distinct output value of the network, in the order in
/// which Network::outputs first names them.
class Plan {
 public:
  virtual ~Plan() = default;
  [[nodiscard]] virtual Isa isa() const = 0;
  /// Bytes of packed weights that a run reads at most.
  [[nodiscard]] virtual std::size_t weight_bytes() const = 0;
  /// Bytes of one workspace.
  [[nodiscard]] virtual std::size_t workspace_bytes() const = 0;
  /// A workspace of its own (activations, recurrent state) on this plan.
  [[nodiscard]] virtual std::unique_ptr<Session> new_session() const = 0;
};

/// Packs weights, folds normalisation, fuses activations, chooses kernels for the ISA. The network is
/// validated first. An unsupported layer, or a level that the machine lacks, is a named error.
Result<std::shared_ptr<const Plan>> compile(const Network& network, const CompileOptions& options = {});

}  // namespace pitlane
