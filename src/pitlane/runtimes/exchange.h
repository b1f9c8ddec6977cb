// What our program and the worker (worker.py) say to each other, byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pitlane/runtimes/child_process.h"

namespace pitlane {

enum class FrameKind : std::uint32_t { kHello = 1, kMissing = 2, kReady = 3, kAnswer = 4 };

struct Frame {
  FrameKind kind = FrameKind::kHello;
  std::vector<std::byte> payload;
};

struct FrameOutcome {
  ChildProcess::Outcome outcome = ChildProcess::Outcome::kDone;
  bool nonsense = false;  ///< of kDone: no frame, or one longer than it may be
  std::string instead{};  ///< of nonsense that is no frame: how it begins
};

/// Of a hello, whose length nobody knows before.
inline constexpr std::size_t kLongestHello = 4096;

/// Reads the next frame of at most `most` bytes into `frame`, whose memory is used again.
FrameOutcome read_frame(ChildProcess& child, std::size_t most, const Patience& patience, Frame& frame);

/// Asks for a run; memory goes back to zero before it where `forget` says so.
ChildProcess::Outcome write_request(ChildProcess& child, bool forget, std::span<const std::byte> inputs,
                                    const Patience& patience);

/// The number at the front of a payload that has 8 bytes at least.
std::uint64_t number_of(std::span<const std::byte> payload);

}  // namespace pitlane
