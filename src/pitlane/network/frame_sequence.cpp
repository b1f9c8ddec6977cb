#include "pitlane/network/frame_sequence.h"

#include <utility>

namespace pitlane {

FrameSequence FrameSequence::of_stacked(NetworkBuilder& builder, std::string name, ValueId stacked, int count) {
  FrameSequence out(builder, std::move(name), count);
  out.stacked_ = stacked;
  return out;
}

FrameSequence FrameSequence::of_frames(NetworkBuilder& builder, std::string name, std::vector<ValueId> frames) {
  FrameSequence out(builder, std::move(name), static_cast<int>(frames.size()));
  out.frames_ = std::move(frames);
  return out;
}

Shape FrameSequence::frame_shape() const {
  if (stacked_ < 0) return builder_->shape(frames_.front());
  Shape shape = builder_->shape(stacked_);
  shape.back() /= size();
  return shape;
}

std::vector<ValueId> FrameSequence::frames() {
  for (int i = 0; i < size(); ++i) (void)frame(i);
  return frames_;
}

ValueId FrameSequence::known(int first, int count) const {
  if (count == size() && stacked_ >= 0) return stacked_;
  return count == 1 ? frames_[static_cast<std::size_t>(first)] : -1;
}

ValueId FrameSequence::stretch(int first, int count) {
  if (const ValueId there = known(first, count); there >= 0) return there;
  const std::string name = name_ + ".t" + std::to_string(first) + (count == 1 ? "" : "+" + std::to_string(count - 1));
  ValueId made = -1;
  if (stacked_ >= 0) {
    Shape end = builder_->shape(stacked_);
    Shape begin(end.size(), 0);
    const std::int64_t channels = end.back() / size();
    begin.back() = first * channels;
    end.back() = (first + count) * channels;
    made = builder_->add(name, Slice{begin, end}, {stacked_});
  } else {
    made = builder_->add(name, Concat{}, {frames_.begin() + first, frames_.begin() + first + count});
  }
  if (count == 1) frames_[static_cast<std::size_t>(first)] = made;
  if (count == size()) stacked_ = made;
  return made;
}

}  // namespace pitlane
