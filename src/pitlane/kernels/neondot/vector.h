// ASIMD with dot product: SDOT multiplies four s8 by four s8 and adds them to a 32-bit sum, exactly.
#pragma once

#include "pitlane/kernels/neon/vector.h"

namespace pitlane::kernels {
namespace {

struct NeonDot : NeonSigned {
  using Inputs = int8x16_t;  ///< one group, four times
  /// A group where it lies in its block: SDOT takes it from there.
  template <int Group>
  struct Lane {
    ByteBlock block;
  };
  static constexpr PanelLayout kConvI8{4, 8, 4, false, false, false, true};
  static constexpr PanelLayout kDenseI8{4, 16, 4, false, false, false, true};
  static constexpr int conv_i8_pixels(int halves) { return conv_f32_pixels(halves); }

  template <int Group>
  static Lane<Group> group(ByteBlock x) {
    return {x};
  }
  static Inputs load_inputs(const std::uint8_t* p) { return load_group(p); }
  static I dot(I sum, Inputs x, Weights w) { return vdotq_s32(sum, w, x); }
  template <int Group>
  static I dot(I sum, const Lane<Group>& x, Weights w) {
    return vdotq_laneq_s32(sum, w, x.block, Group);
  }
  template <int Group, int V>
  [[gnu::always_inline]] static void dots(I (&sum)[V], const Lane<Group>& x, const Weights (&w)[V]) {
    for (int v = 0; v < V; ++v) sum[v] = dot(sum[v], x, w[v]);
  }
};

}  // namespace
}  // namespace pitlane::kernels
