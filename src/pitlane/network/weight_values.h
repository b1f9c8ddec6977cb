// What validate() asks of every element of a weight. A robot asks it at each start, so these loops have no way out in
// their middle: compilers make wide instructions of them.
#pragma once

#include "pitlane/network/weight.h"

namespace pitlane {

/// NaN or infinity among the values (kF32, kF16), or a scale that is not a positive normal number (kI8).
bool holds_unusable_numbers(const Weight& weight);

/// kI8: -128 among the values, which |q| <= 127 leaves out.
bool holds_lowest_int8(const Weight& weight);

}  // namespace pitlane
