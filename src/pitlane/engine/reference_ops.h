// The operators without layer weights, evaluated element by element.
#pragma once

#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

float reference_activation(float x, const Activate& curve);

/// A tensor as the reference sees it.
struct ReferenceTensor {
  const Shape& shape;
  const std::vector<float>& data;
};

/// What `op` makes of shape `out`: any but Conv2d, Dense and BatchNorm.
std::vector<float> evaluate_reference_op(const Op& op, const std::vector<ReferenceTensor>& inputs, const Shape& out);

}  // namespace pitlane
