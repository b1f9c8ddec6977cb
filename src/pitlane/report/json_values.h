// The JSON that every verb prints for the same thing: stable snake_case names, SI units. Whatever depends on the wall
// clock stands under "timing"; without those keys two runs on one ISA give equal documents. A number that is not finite
// is null.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pitlane/measure/accuracy.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/latency.h"
#include "pitlane/measure/layer_profile.h"
#include "pitlane/measure/periodic.h"
#include "pitlane/report/published.h"
#include "pitlane/train/epoch_record.h"

namespace pitlane {

using Json = nlohmann::ordered_json;

Json accuracy_value(const Accuracy& accuracy);
Json agreement_value(const Agreement& agreement);
/// Goes under "timing".
Json latency_value(const LatencySummary& latency);
/// [{kind, name, work, arithmetic, macs, weight_bytes, activation_bytes, p50_ms, share, limit_ms, roofline_ratio}, ...]
/// and what belongs to their sum; goes under "timing".
Json layers_value(const LayerProfile& profile);
/// Goes under "timing".
Json roofline_value(const Roofline& roofline);
Json periodic_value(const PeriodicResult& result);
/// The lap's numbers with their own "timing"; the trajectory is added by trajectory_value.
Json episode_value(const EpisodeResult& episode);
/// [{time_s, x_m, y_m, yaw_rad, deviation_m, progress_m, v_mps, w_radps}, ...]
Json trajectory_value(const std::vector<TrajectoryPoint>& trajectory);
Json epochs_value(const std::vector<EpochRecord>& epochs);
Json published_drives_value(const std::vector<PublishedDrive>& drives);
/// Indented by two, ends in a newline; bytes that are not UTF-8 become U+FFFD.
std::string document(const Json& json);

}  // namespace pitlane
