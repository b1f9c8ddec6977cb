// A layer's work in units that several threads can do: rows of its output, or panels of outputs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pitlane/kernels/kernel_args.h"
#include "pitlane/kernels/pack.h"

namespace pitlane {

/// Some of the units, [begin, end).
struct Units {
  int begin = 0, end = 1;
};

struct LayerCut {
  int units = 1;
  bool by_outputs = false;
  int unit_outputs = 0;           ///< by outputs: of one unit; the last one has what is left
  std::ptrdiff_t unit_bytes = 0;  ///< by outputs: from one unit's packed weights to the next one's
  std::int64_t macs = 0;

  /// Worth it for so many threads: a few for each, so that one which comes late delays little; 1 for small layers.
  [[nodiscard]] int pieces(int threads) const noexcept;
  /// Units of piece `piece` of `count`.
  [[nodiscard]] Units piece(int piece, int count) const noexcept;
  [[nodiscard]] int first_output(Units some) const noexcept { return by_outputs ? some.begin * unit_outputs : 0; }
  /// Of `all` outputs, how many belong to `some`.
  [[nodiscard]] int outputs_of(Units some, int all) const noexcept;
};

/// By rows or by outputs, whichever gives two threads more equal shares.
LayerCut cut_conv(const kernels::ConvGeometry& geometry, const kernels::PanelLayout& layout,
                  const kernels::WeightSize& size, std::size_t element_bytes);
/// `layout`: of its packed panels.
LayerCut cut_dense(const kernels::PanelLayout& layout, const kernels::WeightSize& size, std::size_t element_bytes);
/// Blocks of kernels::kRowBlock outputs, of `row_bytes` for each input.
LayerCut cut_rows(const kernels::WeightSize& size, std::size_t row_bytes);

}  // namespace pitlane
