// A student that a search may propose: a small convolutional network over a small picture, and how it is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

enum class StudentStorage : std::uint8_t { kF32, kBf16, kInt8 };

struct Candidate {
  int width = 0, height = 0;                ///< of the picture that it sees, pixels
  PixelFormat colours = PixelFormat::kRgb;  ///< or one plane: kGrey, kRed, kGreen, kBlue
  std::vector<int> channels;  ///< of its convolutions: the first 5x5, others 3x3, all with stride 2 and padded
  std::vector<int> units;     ///< of its dense layers, but for the last one, which has the outputs
  StudentStorage storage = StudentStorage::kInt8;
  /// How a student that is for keeps is finished. Empty: as its storage has it.
  std::string recipe = {};       ///< a strategy's name, e.g. "prune_qat"
  std::size_t float_layers = 0;  ///< so many, those whose rounding costs most, are not rounded

  bool operator==(const Candidate&) const = default;
};

/// Canonical: the same text, the same candidate. "64x24-blue-c8.16.24-d32-int8", "...-int8-prune_qat",
/// "...-int8-1float".
std::string to_string(const Candidate& candidate);
/// The strategy that stores a trained student in this way.
const char* strategy_of(StudentStorage storage);

/// The other ways in which a taught student can be finished. One in int8: with its costliest layers in floats, pruned,
/// of few values, both. Another: in int8.
std::vector<Candidate> finished_otherwise(const Candidate& candidate);

/// What its teaching depends on: the candidate in floats. How it is finished makes no difference.
Candidate before_finishing(Candidate candidate);

/// What can be taught in this way. Errors: no camera, or more than one.
Status check_teachable(const Network& baseline);

/// Fresh weights; outputs (names, units, ranges), frame size and crop are the baseline's. Of frames it sees the newest
/// alone; a speed, a command or a light that the baseline reads it reads too, in front of its dense layers. Stored as
/// 32-bit floats.
Result<Network> build_candidate(const Candidate& candidate, const Network& baseline, std::uint64_t seed);

}  // namespace pitlane
