// A Session that somebody else's runtime stands behind, in a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/runtimes/foreign_model.h"

namespace pitlane {

class ForeignSession : public Session {
 public:
  ForeignSession(std::shared_ptr<const ForeignModel> model, std::unique_ptr<Worker> worker);
  /// A worker that is well goes back to the pool.
  ~ForeignSession() override;
  ForeignSession(const ForeignSession&) = delete;
  ForeignSession& operator=(const ForeignSession&) = delete;

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return model_->inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return model_->outputs_; }
  /// Allocates a little, and waits for another process.
  [[nodiscard]] RunStatus run(std::span<const TensorView> inputs,
                              std::span<const MutableTensorView> outputs) noexcept override;
  void reset() noexcept override { forget_ = true; }
  [[nodiscard]] std::string description() const override { return worker_->runtime(); }
  [[nodiscard]] std::int64_t detour_ns() const noexcept override { return detour_ns_; }
  [[nodiscard]] std::optional<Error> failure() const override { return failure_; }

 private:
  [[nodiscard]] bool fits(std::span<const TensorView> inputs,
                          std::span<const MutableTensorView> outputs) const noexcept;
  [[nodiscard]] RunStatus spread(std::span<const std::byte> answer,
                                 std::span<const MutableTensorView> outputs) const noexcept;

  std::shared_ptr<const ForeignModel> model_;
  std::unique_ptr<Worker> worker_;
  std::vector<std::byte> request_;
  bool forget_ = true;
  std::int64_t detour_ns_ = 0;
  std::optional<Error> failure_;
};

}  // namespace pitlane
