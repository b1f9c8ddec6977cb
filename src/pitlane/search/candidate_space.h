// Which candidates there are, and how a search draws them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/core/result.h"
#include "pitlane/network/network.h"
#include "pitlane/search/candidate.h"

namespace pitlane {

/// Every list holds the cheap choices first.
struct CandidateSpace {
  std::vector<int> widths, heights;  ///< pixels
  std::vector<int> channels{4, 8, 12, 16, 24, 32};
  std::vector<int> units{16, 32, 48, 64};
  int fewest_convolutions = 3, most_convolutions = 4;
  int most_dense = 2;                            ///< 1 at least
  int beside = 0;                                ///< numbers that are read beside the picture
  std::optional<double> most_weight_bytes = {};  ///< of a candidate's weights in its storage
};

/// A quarter to a half of the baseline's columns and a third to a half of its rows, the whole picture where that is
/// tiny. `max_size_bytes`: files that are larger for their weights alone are not proposed.
CandidateSpace space_for(const Network& baseline, std::optional<double> max_size_bytes = {});

/// "no student is as small as the limits ask for; ..."
Error none_fits();
/// none_fits() where no student is as small as `max_size_bytes` asks for.
Status check_some_fit(const Network& baseline, std::optional<double> max_size_bytes);

/// Bytes of all its weights and biases, in closed form, before anything is encoded; `beside` as in CandidateSpace.
double weight_bytes(const Candidate& candidate, int outputs, int beside = 0);
/// Do all its choices come from the space, within its limits?
bool contains(const CandidateSpace& space, const Candidate& candidate, int outputs);

/// Draws a candidate of the space, small ones more often; none where a thousand draws were all too large.
std::optional<Candidate> draw(const CandidateSpace& space, int outputs, Random& random);
/// Changes one or two of its choices; stays in the space. None likewise.
std::optional<Candidate> mutate(const CandidateSpace& space, const Candidate& parent, int outputs, Random& random);

}  // namespace pitlane
