// The shapes in which a plan keeps a value: as floats or bytes, with whatever border its reader needs. A form
// that is asked for and not there yet is made from one that is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/engine/arena_plan.h"
#include "pitlane/engine/step.h"
#include "pitlane/engine/step_info.h"
#include "pitlane/kernels/table.h"
#include "pitlane/network/network.h"

namespace pitlane {

struct Form {
  enum class Kind {
    kReal,      ///< floats, the value's real numbers
    kRaw,       ///< floats 0..255: an image before scale and offset
    kStatic,    ///< bytes by `quantization`
    kMeasured,  ///< bytes by the range measured in the run
  };
  Kind kind = Kind::kReal;
  Padding padding;
  std::vector<float> border = {};  ///< one value per channel, in the form's float units; only with padding
  std::optional<ActivationQuantization> quantization = {};  ///< kStatic only
  /// What the border goes around, where that is another picture than the value's own (behind a Reshape); else empty.
  Shape shape = {};
  bool operator==(const Form&) const = default;
};

struct Tensor {
  Picture picture;
  BufferId measured = -1;  ///< kMeasured: holds an ActivationQuantization
};

/// Owns the growing list of steps while a network is planned.
class TensorForms {
 public:
  TensorForms(const Network& network, const kernels::Table& kernels) : network_(network), kernels_(kernels) {}

  /// The value (not behind a Flatten or Reshape) in this form; adds the steps that make it where needed.
  Tensor get(ValueId value, const Form& form);
  /// A place for a layer to write this form into, border filled in.
  Picture create(ValueId value, const Form& form);
  /// Recurrent memory as the unpadded real form of a value.
  Picture create_persistent(ValueId value);
  /// Steps from here on belong to it.
  void work_for(StepInfo::Owner owner, const std::string& name);
  /// Appends a step. Of `info`: its work, arithmetic, MACs and activations; the rest is filled in.
  void add(std::unique_ptr<Step> step, StepInfo info);

  ArenaPlan& arena() { return arena_; }
  std::vector<std::unique_ptr<Step>> take_steps() { return std::move(steps_); }
  std::vector<StepInfo> take_infos() { return std::move(infos_); }

 private:
  struct Entry {
    ValueId value;
    Form form;
    Tensor tensor;
  };
  const Tensor* find(ValueId value, const Form& form) const;
  /// What a layer wrote on a fixed grid, without a border; null where there is nothing.
  const Entry* find_bytes(ValueId value) const;
  Tensor& remember(ValueId value, const Form& form, const Picture& picture);
  void make_from_image(const InputSpec& spec, int input, const Form& form, const Picture& to);
  Tensor get_image(int input, const Form& form);
  Picture empty_picture(ValueId value, const Form& form);

  const Network& network_;
  const kernels::Table& kernels_;
  ArenaPlan arena_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<StepInfo> infos_;  // one per step
  StepInfo::Owner owner_ = StepInfo::Owner::kLayer;
  std::string owner_name_;
  std::vector<Entry> entries_;
};

}  // namespace pitlane
