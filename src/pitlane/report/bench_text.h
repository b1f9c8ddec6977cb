// What `pitlane bench --layers` and `--periodic` print for people.
#pragma once

#include <string>

#include "pitlane/measure/layer_profile.h"
#include "pitlane/measure/periodic.h"

namespace pitlane {

/// A line a layer, and what their sum leaves of a whole run. `title` stands above. Ends in a newline.
std::string layers_text(const std::string& title, const LayerProfile& profile);
/// Peaks and bandwidths of this machine in one line.
std::string roofline_text(const Roofline& roofline);
std::string periodic_text(const std::string& title, const PeriodicResult& result);

/// "conv1", or "input camera (widen)" where it is no layer; the work behind it in brackets.
std::string layer_label(const LayerTime& layer);

}  // namespace pitlane
