#include "pitlane/engine/crew.h"

#include <chrono>
#include <system_error>

namespace pitlane {
namespace {

/// Longer than what a run does between two steps that have pieces, and short beside the period of a control loop.
constexpr std::chrono::microseconds kAwake{50};
constexpr int kLooksPerReading = 64;  // of the clock

void pause() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

constexpr std::uint64_t kPiece = 1, kPieces = std::uint64_t{1} << 16, kStep = std::uint64_t{1} << 32;
constexpr int next_piece(std::uint64_t offer) { return static_cast<int>(offer % kPieces); }
constexpr int pieces_of(std::uint64_t offer) { return static_cast<int>(offer % kStep / kPieces); }

}  // namespace

Crew::Crew(int helpers, bool stay_awake) : stay_awake_(stay_awake) {
  helpers_.reserve(static_cast<std::size_t>(helpers));
  try {
    for (int i = 0; i < helpers; ++i) helpers_.emplace_back([this, i] { help(i + 1); });
  } catch (const std::system_error&) {
    // The pieces are done all the same; description() of the session says how many threads there are.
  }
}

Crew::~Crew() {
  over_.store(true, std::memory_order_release);
  wake();
  for (std::thread& helper : helpers_) helper.join();
}

void Crew::wake() noexcept {
  calls_.fetch_add(1, std::memory_order_release);
  calls_.notify_all();
}

void Crew::run(const Step& step, const RunContext& context, int pieces) noexcept {
  step_ = &step;
  context_ = context;
  done_.store(0, std::memory_order_relaxed);
  const std::uint64_t number = offer_.load(std::memory_order_relaxed) / kStep + 1;
  offer_.store(number * kStep + static_cast<std::uint64_t>(pieces) * kPieces, std::memory_order_release);
  take_pieces(0);
  while (done_.load(std::memory_order_acquire) != pieces) pause();
}

bool Crew::take_pieces(int thread) noexcept {
  bool took = false;
  std::uint64_t offer = offer_.load(std::memory_order_acquire);
  while (next_piece(offer) < pieces_of(offer)) {
    if (!offer_.compare_exchange_weak(offer, offer + kPiece, std::memory_order_acq_rel, std::memory_order_acquire))
      continue;
    // Until this piece is done, run() does not return, and what it wrote stays.
    RunContext context = context_;
    context.thread = thread;
    step_->run_piece(context, next_piece(offer), pieces_of(offer));
    done_.fetch_add(1, std::memory_order_release);
    took = true;
    offer = offer_.load(std::memory_order_acquire);
  }
  return took;
}

bool Crew::offers_pieces() const noexcept {
  const std::uint64_t offer = offer_.load(std::memory_order_relaxed);
  return next_piece(offer) < pieces_of(offer);
}

void Crew::work_while_awake(int thread) noexcept {
  using Clock = std::chrono::steady_clock;
  Clock::time_point until = Clock::now() + kAwake;
  while (!over_.load(std::memory_order_acquire) && (stay_awake_ || Clock::now() < until)) {
    for (int look = 0; look < kLooksPerReading && !offers_pieces(); ++look) pause();
    if (take_pieces(thread)) until = Clock::now() + kAwake;
  }
}

void Crew::help(int thread) noexcept {
  std::uint32_t seen = calls_.load(std::memory_order_acquire);
  while (!over_.load(std::memory_order_acquire)) {
    work_while_awake(thread);
    if (stay_awake_) continue;
    calls_.wait(seen, std::memory_order_acquire);
    seen = calls_.load(std::memory_order_acquire);
  }
}

}  // namespace pitlane
