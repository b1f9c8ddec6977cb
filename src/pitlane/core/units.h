// Units that users' tools count in, in ours: metres, seconds, radians.
#pragma once

namespace pitlane {

/// One mile an hour, in m/s.
inline constexpr double kMph_mps = 0.44704;
/// Networks of DeepLearningStudio see km/h over 30: what a speed in m/s is multiplied by.
inline constexpr float kKmhOver30 = 3.6F / 30;

}  // namespace pitlane
