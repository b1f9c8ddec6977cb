#include "pitlane/kernels/avx512bf16/vector.h"
#include "pitlane/kernels/conv_f32_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void conv_bf16_avx512bf16(const ConvBf16& c) {
  narrow_input(c);
  conv_f32_body<Bf16Steps>(c, c.narrow_input);
}

LevelLayouts layouts_avx512bf16() {
  LevelLayouts layouts = layouts_avx512vnni();
  layouts.conv_bf16 = Bf16Steps::kConvLayout;
  return layouts;
}

}  // namespace pitlane::kernels
