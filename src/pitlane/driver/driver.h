// A network at the wheel: Observation in, named physical outputs out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/driver/history.h"
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
  kWrongState,    ///< a speed that is not finite, a command or traffic light that the network does not know
};

const char* to_string(StepStatus status);

/// Owns preprocessing, session, and the history of frames and speeds that InputSpec::ages look back at. One thread. No
/// allocation in `step`.
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
  /// One input of the network and the memory that holds it for the session.
  struct Input {
    InputKind kind;
    std::vector<int> ages;             // of pictures and speeds
    std::vector<std::uint8_t> frames;  // of several pictures: stacked along channels
    std::vector<float> numbers;        // of all others
  };

  Driver(const Network& network, const InputSpec& image, std::unique_ptr<Session> session, FrameResizer resizer);
  void make_inputs(const Network& network);
  [[nodiscard]] bool fill_one_hot(const Observation& observation) noexcept;
  [[nodiscard]] bool reads_speed() const noexcept;
  void look_back() noexcept;

  std::unique_ptr<Session> session_;
  FrameResizer resizer_;
  std::vector<OutputSpec> output_specs_;
  std::vector<int> output_tensor_;  // by output: which tensor of the session holds it
  std::size_t channels_;            // of one frame
  History<std::uint8_t> pictures_;
  History<float> speeds_;
  std::vector<Input> inputs_;
  std::vector<std::vector<float>> output_data_;  // by tensor
  std::vector<TensorView> input_views_;
  std::vector<MutableTensorView> output_views_;
  double last_time_s_;
};

}  // namespace pitlane
