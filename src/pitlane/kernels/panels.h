// How outputs are cut into panels, and how far inputs are read: rules that packing and kernels share. Everything has
// internal linkage, because ISA-specific sources include this.
#pragma once

#include "pitlane/kernels/kernel_args.h"

namespace pitlane::kernels {
namespace {

/// Half vectors of the next panel when `outputs` are still to be done.
[[maybe_unused]] inline int panel_halves(const PanelLayout& layout, int outputs) {
  const int half = layout.lanes / 2;
  int halves = (outputs + half - 1) / half;
  if (halves >= layout.max_halves) return layout.max_halves;
  if (!layout.half_vectors) halves += halves & 1;
  return halves;
}

/// Outputs that a panel covers.
[[maybe_unused]] inline int panel_outputs(const PanelLayout& layout, int halves) { return halves * (layout.lanes / 2); }

/// Elements of one step (`group` inputs) of a panel in memory: whole vectors, for alignment.
[[maybe_unused]] inline int panel_stride(const PanelLayout& layout, int halves) {
  return (halves + 1) / 2 * layout.lanes * layout.group;
}

/// int8: elements before the first weight of a panel.
[[maybe_unused]] inline int panel_head(const PanelLayout& layout, int halves) {
  return layout.signed_inputs ? panel_outputs(layout, halves) * 4 : 0;
}

/// Elements of the input from the first to the last that a convolution reads.
[[maybe_unused]] inline std::ptrdiff_t elements_read(const ConvGeometry& g) {
  return (g.out_h - 1) * g.in_step_y + (g.kernel_h - 1) * g.in_row + (g.out_w - 1) * g.in_step_x + g.row_length;
}

}  // namespace
}  // namespace pitlane::kernels
