#include "pitlane/engine/layer_cut.h"

#include <algorithm>

namespace pitlane {
namespace {

/// Handing pieces over takes a few tenths of a microsecond, and each piece is to be longer than that by far.
constexpr std::int64_t kWorthSharing = 50'000, kWorthAPiece = 20'000;  // multiply-adds
constexpr int kPiecesOfAThread = 4;

int units_for(int outputs, int unit_outputs) { return (outputs + unit_outputs - 1) / unit_outputs; }

}  // namespace

int LayerCut::pieces(int threads) const noexcept {
  if (threads < 2 || units < 2 || macs < kWorthSharing) return 1;
  const std::int64_t most = std::min<std::int64_t>(std::int64_t{kPiecesOfAThread} * threads, macs / kWorthAPiece);
  return static_cast<int>(std::clamp<std::int64_t>(most, 2, units));
}

Units LayerCut::piece(int piece, int count) const noexcept {
  return {units * piece / count, units * (piece + 1) / count};
}

int LayerCut::outputs_of(Units some, int all) const noexcept {
  return by_outputs ? std::min(some.end * unit_outputs, all) - some.begin * unit_outputs : all;
}

LayerCut cut_conv(const kernels::ConvGeometry& geometry, const kernels::PanelLayout& layout,
                  const kernels::WeightSize& size, std::size_t element_bytes) {
  LayerCut panels = cut_dense(layout, size, element_bytes);
  panels.macs *= std::int64_t{geometry.out_h} * geometry.out_w;
  const LayerCut rows{.units = geometry.out_h, .macs = panels.macs};
  // The larger of two shares, of all.
  const int rows_of_half = (rows.units + 1) / 2;
  const double most_rows = static_cast<double>(rows_of_half) / rows.units;
  const int outputs_of_half = (panels.units + 1) / 2 * panels.unit_outputs;
  const double most_outputs = static_cast<double>(outputs_of_half) / size.outputs;
  return most_outputs < most_rows ? panels : rows;
}

LayerCut cut_dense(const kernels::PanelLayout& layout, const kernels::WeightSize& size, std::size_t element_bytes) {
  const int outputs = kernels::whole_panel_outputs(layout);
  return {.units = units_for(size.outputs, outputs),
          .by_outputs = true,
          .unit_outputs = outputs,
          .unit_bytes = static_cast<std::ptrdiff_t>(kernels::whole_panel_elements(layout, size) * element_bytes),
          .macs = std::int64_t{size.outputs} * size.rows * size.row_length};
}

LayerCut cut_rows(const kernels::WeightSize& size, std::size_t row_bytes) {
  return {.units = units_for(size.outputs, kernels::kRowBlock),
          .by_outputs = true,
          .unit_outputs = kernels::kRowBlock,
          .unit_bytes = static_cast<std::ptrdiff_t>(row_bytes) * size.row_length,
          .macs = std::int64_t{size.outputs} * size.row_length};
}

}  // namespace pitlane
