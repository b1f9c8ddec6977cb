#include "pitlane/engine/plan.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "pitlane/engine/crew.h"
#include "pitlane/engine/planner.h"
#include "pitlane/kernels/aligned_buffer.h"
#include "pitlane/kernels/cpu.h"

namespace pitlane {
namespace {

std::size_t byte_size(const TensorSpec& spec) {
  const auto count = static_cast<std::size_t>(element_count(spec.shape));
  return spec.type == ElementType::kU8 ? count : count * sizeof(float);
}

class EnginePlan final : public Plan, public std::enable_shared_from_this<EnginePlan> {
 public:
  EnginePlan(const Network& network, const kernels::Table& kernels, PlannedSteps planned, const CompileOptions& options)
      : isa_(kernels.isa), options_(options), planned_(std::move(planned)) {
    for (const auto& step : planned_.steps) pieces_.push_back(step->pieces(options.threads));
    for (const InputSpec& input : network.inputs)
      inputs_.push_back({input.name, network.values[input.value].shape,
                         input.kind == InputKind::kImage ? ElementType::kU8 : ElementType::kF32});
    for (const ValueId value : planned_.outputs)
      outputs_.push_back({network.values[value].name, network.values[value].shape, ElementType::kF32});
  }

  [[nodiscard]] Isa isa() const override { return isa_; }
  [[nodiscard]] std::size_t weight_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& step : planned_.steps) bytes += step->weight_bytes();
    return bytes;
  }
  [[nodiscard]] std::size_t workspace_bytes() const override { return planned_.arena.total_bytes(); }
  [[nodiscard]] const std::vector<StepInfo>& steps() const override { return planned_.infos; }
  [[nodiscard]] std::unique_ptr<Session> new_session() const override;
  [[nodiscard]] std::unique_ptr<StepTimer> new_step_timer() const override;

  [[nodiscard]] const CompileOptions& options() const { return options_; }
  /// By index of the step.
  [[nodiscard]] const std::vector<int>& pieces() const { return pieces_; }
  [[nodiscard]] const PlannedSteps& planned() const { return planned_; }
  [[nodiscard]] const std::vector<TensorSpec>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const { return outputs_; }

 private:
  Isa isa_;
  CompileOptions options_;
  std::vector<int> pieces_;
  PlannedSteps planned_;
  std::vector<TensorSpec> inputs_, outputs_;
};

/// Base: Session or StepTimer.
template <typename Base>
class EngineSession : public Base {
 public:
  explicit EngineSession(std::shared_ptr<const EnginePlan> plan)
      : plan_(std::move(plan)), arena_(plan_->workspace_bytes()) {
    const CompileOptions& options = plan_->options();
    if (options.threads > 1) crew_ = std::make_unique<Crew>(options.threads - 1, options.stay_awake);
  }

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return plan_->inputs(); }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return plan_->outputs(); }

  [[nodiscard]] RunStatus run(std::span<const TensorView> inputs,
                              std::span<const MutableTensorView> outputs) noexcept override {
    return run_steps(inputs, outputs, [](std::size_t) {});
  }

  void reset() noexcept override {
    const std::vector<std::size_t>& offsets = plan_->planned().arena.offsets();
    for (const Picture& state : plan_->planned().states)
      std::memset(arena_.data() + offsets[state.buffer], 0, state.elements() * sizeof(float));
  }

  [[nodiscard]] std::string description() const override {
    const std::string threads = crew_ == nullptr ? "" : ", " + std::to_string(crew_->threads()) + " threads";
    return std::string("pitlane engine (") + to_string(plan_->isa()) + threads + ")";
  }

 protected:
  /// Calls after(index) behind each step.
  template <typename After>
  RunStatus run_steps(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs,
                      const After& after) noexcept {
    const auto fits = [](const auto& view, const TensorSpec& spec) {
      return view.data != nullptr && view.size_bytes == byte_size(spec);
    };
    if (!std::ranges::equal(inputs, plan_->inputs(), fits)) return RunStatus::kWrongInputs;
    if (!std::ranges::equal(outputs, plan_->outputs(), fits)) return RunStatus::kWrongInputs;
    const RunContext context{arena_.data(), plan_->planned().arena.offsets().data(), inputs, outputs};
    const std::vector<std::unique_ptr<Step>>& steps = plan_->planned().steps;
    if (crew_ != nullptr) crew_->wake();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (const RunStatus status = run_step(*steps[i], context, plan_->pieces()[i]); status != RunStatus::kOk)
        return status;
      after(i);
    }
    return RunStatus::kOk;
  }

 private:
  RunStatus run_step(const Step& step, const RunContext& context, int pieces) noexcept {
    if (pieces < 2) return step.run(context);
    step.begin(context);
    crew_->run(step, context, pieces);
    return RunStatus::kOk;
  }

  std::shared_ptr<const EnginePlan> plan_;
  kernels::AlignedBuffer arena_;
  std::unique_ptr<Crew> crew_;  ///< last: its threads end before what they read
};

class EngineStepTimer final : public EngineSession<StepTimer> {
 public:
  explicit EngineStepTimer(const std::shared_ptr<const EnginePlan>& plan)
      : EngineSession(plan), nanoseconds_(plan->steps().size()) {}

  [[nodiscard]] RunStatus run(std::span<const TensorView> inputs,
                              std::span<const MutableTensorView> outputs) noexcept override {
    using Clock = std::chrono::steady_clock;
    Clock::time_point before = Clock::now();
    return run_steps(inputs, outputs, [&](std::size_t step) {
      const Clock::time_point now = Clock::now();
      nanoseconds_[step] = std::chrono::nanoseconds(now - before).count();
      before = now;
    });
  }

  [[nodiscard]] std::span<const std::int64_t> nanoseconds() const noexcept override { return nanoseconds_; }

 private:
  std::vector<std::int64_t> nanoseconds_;
};

std::unique_ptr<Session> EnginePlan::new_session() const {
  return std::make_unique<EngineSession<Session>>(shared_from_this());
}
std::unique_ptr<StepTimer> EnginePlan::new_step_timer() const {
  return std::make_unique<EngineStepTimer>(shared_from_this());
}

}  // namespace

Result<std::shared_ptr<const Plan>> compile(const Network& network, const CompileOptions& options) {
  PITLANE_TRY_STATUS(validate(network));
  if (options.isa) PITLANE_TRY_STATUS(require_isa(*options.isa, detect_cpu()));
  PITLANE_TRY(const Isa isa, options.isa ? Result<Isa>(*options.isa) : default_isa());
  if (options.threads < 1 || options.threads > kMostThreads)
    return invalid_argument("a session can have 1 to " + std::to_string(kMostThreads) + " threads, not " +
                            std::to_string(options.threads));
  const kernels::Table& kernels = kernels::table_for(isa);
  PITLANE_TRY(PlannedSteps planned, plan_steps(network, kernels, options.threads));
  return std::shared_ptr<const Plan>(std::make_shared<EnginePlan>(network, kernels, std::move(planned), options));
}

}  // namespace pitlane
