// More threads for one session: they take pieces of its steps.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "pitlane/engine/step.h"

namespace pitlane {

/// Pieces are taken by whoever is free, the session's own thread among them, so that a thread which still sleeps or was
/// sent off its core by other work delays a run by at most the piece that it has begun. Between runs all sleep, or,
/// with `stay_awake`, keep their cores busy with waiting. After construction nothing allocates or locks.
class Crew {
 public:
  /// `helpers` beside the session's own thread; fewer where the system gives no more.
  Crew(int helpers, bool stay_awake);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// The session's own thread included.
  [[nodiscard]] int threads() const { return static_cast<int>(helpers_.size()) + 1; }
  /// A run begins: waking takes longer than most steps do.
  void wake() noexcept;
  /// Returns when all pieces are done. One call at a time.
  void run(const Step& step, const RunContext& context, int pieces) noexcept;

 private:
  void help(int thread) noexcept;
  void work_while_awake(int thread) noexcept;
  /// Takes pieces until none is left; answers whether there was one.
  bool take_pieces(int thread) noexcept;
  [[nodiscard]] bool offers_pieces() const noexcept;

  const bool stay_awake_;
  // What is to be done: written before `offer_` is, and not again before all pieces are done.
  const Step* step_ = nullptr;
  RunContext context_;
  // Number of the step, then of its pieces, then of the next one: one word, so that nobody takes a piece of a step that
  // is over. Words of their own lines, since all threads write them.
  alignas(64) std::atomic<std::uint64_t> offer_{0};
  alignas(64) std::atomic<int> done_{0};
  alignas(64) std::atomic<std::uint32_t> calls_{0};  ///< what sleeping helpers wait for
  std::atomic<bool> over_{false};
  std::vector<std::thread> helpers_;
};

}  // namespace pitlane
