#include "pitlane/engine/lstm_step.h"

#include "pitlane/engine/step_cost.h"

namespace pitlane {
namespace {

/// Null where there is no picture.
float* row_of(const RunContext& context, const Picture& picture, std::ptrdiff_t y) {
  return picture.buffer < 0 ? nullptr : context.interior<float>(picture) + y * picture.row();
}

class LstmStep final : public Step {
 public:
  LstmStep(const LstmNodes& nodes, const LstmPictures& pictures, const kernels::Table& kernels)
      : pictures_(pictures), kernels_(kernels) {
    row_.pixels = static_cast<std::size_t>(pictures.sums.width);
    row_.units = static_cast<std::size_t>(nodes.units);
    row_.sums_pixel = static_cast<std::size_t>(pictures.sums.channels);
    row_.input = static_cast<std::size_t>(nodes.input);
    row_.forget = static_cast<std::size_t>(nodes.forget);
    row_.candidate = static_cast<std::size_t>(nodes.candidate);
    row_.output = static_cast<std::size_t>(nodes.output);
    row_.gate = static_cast<kernels::Curve>(nodes.gate.activation);
    row_.alpha = nodes.gate.alpha;
  }
  RunStatus run(const RunContext& context) const noexcept override {
    kernels::Lstm row = row_;
    for (std::ptrdiff_t y = 0; y < pictures_.sums.height; ++y) {
      row.sums = row_of(context, pictures_.sums, y);
      row.more_sums = row_of(context, pictures_.more_sums, y);
      row.before = row_of(context, pictures_.before, y);
      row.cell = row_of(context, pictures_.cell, y);
      row.hidden = row_of(context, pictures_.hidden, y);
      kernels_.lstm(row);
    }
    return RunStatus::kOk;
  }
  std::vector<BufferId> buffers() const override {
    std::vector<BufferId> all;
    const auto& [sums, more_sums, before, cell, hidden] = pictures_;
    for (const Picture* picture : {&sums, &more_sums, &before, &cell, &hidden})
      if (picture->buffer >= 0) all.push_back(picture->buffer);
    return all;
  }

 private:
  LstmPictures pictures_;
  kernels::Lstm row_;
  const kernels::Table& kernels_;
};

}  // namespace

std::unique_ptr<Step> make_lstm_step(const LstmNodes& nodes, const LstmPictures& pictures,
                                     const kernels::Table& kernels) {
  return std::make_unique<LstmStep>(nodes, pictures, kernels);
}

// Only gates that are looked at are counted.
StepInfo lstm_info(const LstmNodes& nodes, const LstmPictures& pictures) {
  const auto bytes = [](const Picture& picture) { return picture.buffer < 0 ? 0 : picture.inside() * kRealBytes; };
  const std::size_t gates = 2U + (nodes.before >= 0 ? 1U : 0U) + (pictures.hidden.buffer >= 0 ? 1U : 0U);
  const std::size_t terms = nodes.more_sums >= 0 ? 2 : 1;
  const std::size_t pixels = bytes(pictures.sums) / static_cast<std::size_t>(pictures.sums.channels);
  return {.work = "lstm",
          .read_bytes = gates * terms * pixels * static_cast<std::size_t>(nodes.units) + bytes(pictures.before),
          .written_bytes = bytes(pictures.cell) + bytes(pictures.hidden)};
}

}  // namespace pitlane
