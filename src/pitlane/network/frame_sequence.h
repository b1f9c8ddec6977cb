// Frames one after the other, as layers over time see them: {T, H, W, C} of other tools is one picture {H, W, T * C}.
#pragma once

#include <string>
#include <vector>

#include "pitlane/network/builder.h"

namespace pitlane {

/// Hands out single frames and stretches of them, and makes the Slice or Concat for it when it is first asked. Cheap to
/// copy; the builder must outlive it.
class FrameSequence {
 public:
  /// `stacked`: {H, W, count * C}, frame after frame along channels. New nodes are named after `name`.
  static FrameSequence of_stacked(NetworkBuilder& builder, std::string name, ValueId stacked, int count);
  /// At least one; all of one shape.
  static FrameSequence of_frames(NetworkBuilder& builder, std::string name, std::vector<ValueId> frames);

  [[nodiscard]] int size() const { return static_cast<int>(frames_.size()); }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Of one frame.
  [[nodiscard]] Shape frame_shape() const;
  ValueId frame(int index) { return stretch(index, 1); }
  std::vector<ValueId> frames();
  /// `count` frames from `first` on, stacked along channels.
  ValueId stretch(int first, int count);
  ValueId stacked() { return stretch(0, size()); }

 private:
  FrameSequence(NetworkBuilder& builder, std::string name, int count)
      : builder_(&builder), name_(std::move(name)), frames_(static_cast<std::size_t>(count), -1) {}
  [[nodiscard]] ValueId known(int first, int count) const;

  NetworkBuilder* builder_;
  std::string name_;
  std::vector<ValueId> frames_;  // -1: not cut out yet
  ValueId stacked_ = -1;         // -1: not joined yet
};

}  // namespace pitlane
