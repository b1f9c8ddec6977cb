// The scalar level packs eight outputs side by side, so that a compiler can vectorise the plain loops.
#pragma once

#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

constexpr int kScalarLanes = 8;
[[maybe_unused]] constexpr PanelLayout kScalarFloat{kScalarLanes, 2, 1, false, false};
[[maybe_unused]] constexpr PanelLayout kScalarI8{kScalarLanes, 2, 4, false, false};

}  // namespace
}  // namespace pitlane::kernels
