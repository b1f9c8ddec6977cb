// How sure a mean over few drives is, and whether two drivers differ. Definitions in docs/metrics.md.
#pragma once

#include <cstdint>
#include <span>

namespace pitlane {

struct Interval {
  double low = 0, high = 0;
};

struct MeanEstimate {
  double mean = 0;
  Interval interval;  ///< 95 %; of no width where there is one value
  int values = 0;     ///< none: nothing above is known
};

inline constexpr int kBootstrapResamples = 10'000;
/// Up to this many pairs that differ, all 2^n flips are counted.
inline constexpr int kMostExactPairs = 18;
inline constexpr int kMonteCarloFlips = 100'000;

/// The mean and its percentile bootstrap interval (Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, chapter
/// 13). The same values in the same order and the same seed give the same bits.
MeanEstimate estimate_mean(std::span<const double> values, std::uint64_t seed = 1);

/// Two-sided p-value of the hypothesis that the two of each pair are alike, so that each difference might as well have
/// the other sign: the share of all flips of signs whose mean is as far from 0 as the one seen (Fisher's randomisation
/// test for pairs). Beyond kMostExactPairs drawn at random, with the one seen among them (Phipson, Smyth, 2010). 1 for
/// no pairs.
double sign_flip_p_value(std::span<const double> differences, std::uint64_t seed = 1);

}  // namespace pitlane
