// The engine: compile a Network once, run it often.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/engine/step_info.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/network/network.h"

namespace pitlane {

inline constexpr int kMostThreads = 16;

struct CompileOptions {
  /// Forces a level; empty takes the environment variable PITLANE_ISA, else the best this machine has.
  std::optional<Isa> isa = {};
  /// That each session may use, 1 to kMostThreads. Those beside the caller's own pay where a core is free for each.
  /// Answers do not depend on it.
  int threads = 1;
  /// Between runs they sleep; to wake takes them longer than a small network takes. At a camera's rate they pay if they
  /// wait awake instead, which keeps their cores busy all the time.
  bool stay_awake = false;
};

/// A session that reads the clock after each step of a run: the same steps, so the same answers.
class StepTimer : public Session {
 public:
  /// What the last run took, by index of Plan::steps(); after one that was not kOk, of no meaning. Each holds one
  /// reading of the clock.
  [[nodiscard]] virtual std::span<const std::int64_t> nanoseconds() const noexcept = 0;
};

/// How far answers of two instruction sets may lie apart, relative to the largest number of the tensor or 1, whichever
/// is more: sums are rounded in another order. With int8 weights a rounding that falls to the other side moves a whole
/// step through the layers that follow; with bfloat16 weights layers round what they read to 8 bits, a smaller step,
/// and bfloat16 instructions exist on some levels only. On one instruction set answers are equal to the bit, from run
/// to run and on any number of threads.
inline constexpr float kRealLevelDifference = 1e-4F, kBf16LevelDifference = 0.01F, kInt8LevelDifference = 0.03F;

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
  /// What a run does, in order.
  [[nodiscard]] virtual const std::vector<StepInfo>& steps() const = 0;
  /// A workspace of its own (activations, recurrent state) on this plan.
  [[nodiscard]] virtual std::unique_ptr<Session> new_session() const = 0;
  /// To find out where the time goes; others take new_session(), which reads no clock.
  [[nodiscard]] virtual std::unique_ptr<StepTimer> new_step_timer() const = 0;
};

/// Packs weights, folds normalisation, fuses activations, chooses kernels for the ISA. The network is
/// validated first. An unsupported layer, or a level that the machine lacks, is a named error.
Result<std::shared_ptr<const Plan>> compile(const Network& network, const CompileOptions& options = {});

}  // namespace pitlane
