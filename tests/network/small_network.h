// A network small enough to break by hand.
#pragma once

#include "pitlane/network/families.h"
#include "pitlane/network/network.h"

namespace pitlane {

inline FamilyOptions small_options() {
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 6.5F, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
  return options;
}

inline Network small_network() { return find_family("pilotnet-torch").value()->build(small_options()).value(); }

}  // namespace pitlane
