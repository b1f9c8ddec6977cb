#include "pitlane/sim/wide_field.h"

#include "pitlane/sim/field_lookup.h"

namespace pitlane {

WideField wide_field(const DistanceField& field) {
  const FieldExtent extent = extent_of(field);
  return {field.tile_start().data(), field.corners().data(), extent.tiles_x, extent.max_x, extent.max_y};
}

bool has_wide_field() {
#ifdef PITLANE_WIDE_FIELD
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

}  // namespace pitlane
