// Steps of which several threads can do a part each.
#pragma once

#include "pitlane/engine/layer_cut.h"
#include "pitlane/engine/step.h"
#include "pitlane/kernels/aligned_buffer.h"

namespace pitlane {

/// Computes any units of its layer, each by itself.
class CutStep : public Step {
 public:
  [[nodiscard]] RunStatus run(const RunContext& context) const noexcept final {
    begin(context);
    compute(context, {0, cut_.units});
    return RunStatus::kOk;
  }
  [[nodiscard]] int pieces(int threads) const noexcept final { return cut_.pieces(threads); }
  void run_piece(const RunContext& context, int piece, int count) const noexcept final {
    compute(context, cut_.piece(piece, count));
  }

 protected:
  explicit CutStep(const LayerCut& cut) : cut_(cut) {}
  virtual void compute(const RunContext& context, Units units) const noexcept = 0;
  [[nodiscard]] const LayerCut& cut() const { return cut_; }

 private:
  LayerCut cut_;
};

template <typename T>
const T* weights_of(const kernels::AlignedBuffer& weights, const LayerCut& cut, Units units) {
  return reinterpret_cast<const T*>(weights.data() + (cut.by_outputs ? units.begin * cut.unit_bytes : 0));
}

/// `conv` of whole rows becomes that of some; where the units are outputs it stays.
template <typename Conv>
void take_rows(Conv& conv, const LayerCut& cut, Units units) {
  if (cut.by_outputs) return;
  conv.input += units.begin * conv.geometry.in_step_y;
  conv.geometry.out_h = units.end - units.begin;
}

}  // namespace pitlane
