#include "pitlane/kernels/resample_body.h"

#include "pitlane/kernels/levels.h"

namespace pitlane::kernels {

void resample_row_scalar(const ResampleRow& row) { resample_pixels(row, 0); }

void blend_rows_scalar(const BlendRows& rows) { blend_rows_body(rows); }

}  // namespace pitlane::kernels
