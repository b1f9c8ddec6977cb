// What the camera can be drawn with on the machine that tests.
#pragma once

#include <string>
#include <vector>

#include "pitlane/sim/wide_field.h"

namespace pitlane {

inline std::vector<CameraCode> codes_here() {
  std::vector<CameraCode> here;
  for (const CameraCode code : {CameraCode::kPortable, CameraCode::kAvx2, CameraCode::kAvx512})
    if (runs_here(code)) here.push_back(code);
  return here;
}

inline std::string name_of(CameraCode code) {
  return code == CameraCode::kPortable ? "portable" : code == CameraCode::kAvx2 ? "avx2" : "avx512";
}

}  // namespace pitlane
