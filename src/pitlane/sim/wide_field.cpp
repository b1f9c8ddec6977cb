#include "pitlane/sim/wide_field.h"

#include "pitlane/sim/field_lookup.h"

namespace pitlane {

WideField wide_field(const DistanceField& field) {
  const FieldExtent extent = extent_of(field);
  return {field.tile_start().data(), field.corners().data(), extent.tiles_x, extent.max_x, extent.max_y};
}

bool runs_here(CameraCode code) {
  if (code == CameraCode::kPortable) return true;
#ifdef PITLANE_WIDE_FIELD
  if (code == CameraCode::kAvx2) return __builtin_cpu_supports("avx2");
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

CameraCode fastest_code() {
  static const CameraCode fastest = runs_here(CameraCode::kAvx512) ? CameraCode::kAvx512
                                    : runs_here(CameraCode::kAvx2) ? CameraCode::kAvx2
                                                                   : CameraCode::kPortable;
  return fastest;
}

}  // namespace pitlane
