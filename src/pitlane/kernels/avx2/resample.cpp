#include "pitlane/kernels/avx2/resample_body.h"
#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void resample_row_avx2(const ResampleRow& row) { resample_row_body(row); }

void blend_rows_avx2(const BlendRows& rows) { blend_rows_body(rows); }

}  // namespace pitlane::kernels
