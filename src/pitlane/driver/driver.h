// A network at the wheel: Observation in, named physical outputs out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/observation.h"
#include "pitlane/driver/preprocess.h"
#include "pitlane/engine/session.h"
#include "pitlane/network/network.h"

namespace pitlane {

enum class StepStatus : std::uint8_t {
  kOk,
  kWrongFrame,    ///< count or size of frames is not what the network was made for
  kTimeWentBack,  ///< an observation older than the last one; call reset() between episodes
  kRunFailed,     ///< the session refused or the result is not finite
};

const char* to_string(StepStatus status);

/// Owns preprocessing, session, frame history. One thread. No allocation in `step`.
class Driver {
 public:
  /// Takes the meaning (preprocessing, outputs) from `network` and the arithmetic from `session`.
  static Result<std::unique_ptr<Driver>> create(const Network& network, std::unique_ptr<Session> session);

  /// On anything but kOk `outputs` is empty: never a silent command.
  [[nodiscard]] StepStatus step(const Observation& observation, Outputs& outputs) noexcept;
  /// Forgets history and recurrent state: between episodes.
  void reset() noexcept;

  [[nodiscard]] const std::vector<OutputSpec>& outputs() const { return output_specs_; }
  [[nodiscard]] const Session& session() const { return *session_; }
  /// Source pixels that the network depends on; lets a simulator draw no others.
  [[nodiscard]] const FrameResizer& resizer() const { return resizer_; }

 private:
  Driver(const Network& network, const InputSpec& image, std::unique_ptr<Session> session, FrameResizer resizer);
  void remember_picture() noexcept;
  bool fill_vectors(const Observation& observation) noexcept;

  std::unique_ptr<Session> session_;
  FrameResizer resizer_;
  std::vector<OutputSpec> output_specs_;
  std::vector<int> output_tensor_;     // by output: which tensor of the session holds it
  std::vector<std::uint8_t> picture_;  // the newest frame as the network sees it
  std::vector<std::uint8_t> history_;  // all frames that the network sees, stacked along channels
  std::size_t channels_;               // of one frame
  std::size_t frames_;
  bool fresh_ = true;  // no frame seen since the last reset
  std::vector<InputKind> inputs_;
  std::vector<std::vector<float>> vectors_;      // by input; empty for the image
  std::vector<std::vector<float>> output_data_;  // by tensor
  std::vector<TensorView> input_views_;
  std::vector<MutableTensorView> output_views_;
  double last_time_s_;
};

}  // namespace pitlane
