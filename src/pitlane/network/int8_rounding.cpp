#include "pitlane/network/int8_rounding.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace pitlane {

Weight quantize_i8(const Weight& weight, I8Scales scales) {
  if (scales == I8Scales::kPerChannel) return quantize_i8(weight);
  // One channel that holds everything, then told apart again.
  const Shape whole = {1, weight.size()};
  const Weight one = quantize_i8(make_f32_weight(weight.name, whole, decode_f32(weight)));
  const auto values = one.i8();
  return make_i8_weight(weight.name, weight.shape, {values.begin(), values.end()},
                        std::vector<float>(static_cast<std::size_t>(weight.shape[0]), one.scales.front()));
}

}  // namespace pitlane
