// The last observations of an episode, as networks look back at them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pitlane {

/// A ring of equally long pieces (pictures, or single numbers). Allocates when made, never again.
template <typename Element>
class History {
 public:
  /// Looks back as far as `oldest` pushes.
  History(std::size_t length, int oldest)
      : length_(length), pieces_(static_cast<std::size_t>(oldest) + 1), data_(length * pieces_) {}

  /// Where the next piece is written; it is not seen before push().
  [[nodiscard]] std::span<Element> next() noexcept { return piece((newest_ + 1) % pieces_); }
  /// What next() holds becomes the newest piece.
  void push() noexcept {
    newest_ = (newest_ + 1) % pieces_;
    seen_ = std::min(seen_ + 1, pieces_);
  }
  /// What was pushed `age` pushes before the newest; where less was pushed since clear(), the first. Something must
  /// have been pushed, and `age` is at most `oldest`.
  [[nodiscard]] std::span<const Element> at(int age) const noexcept {
    const std::size_t back = std::min(static_cast<std::size_t>(age), seen_ - 1);
    return {data_.data() + (newest_ + pieces_ - back) % pieces_ * length_, length_};
  }
  void clear() noexcept { seen_ = 0; }

 private:
  [[nodiscard]] std::span<Element> piece(std::size_t index) { return {data_.data() + index * length_, length_}; }

  std::size_t length_, pieces_;
  std::size_t newest_ = 0;
  std::size_t seen_ = 0;
  std::vector<Element> data_;
};

/// Puts one picture {pixels, channels} into its place among `frames` that lie along the channels of `stacked`.
inline void stack_frame(std::span<const std::uint8_t> picture, std::size_t channels, std::size_t frame,
                        std::size_t frames, std::span<std::uint8_t> stacked) noexcept {
  if (frames == 1) {
    std::ranges::copy(picture, stacked.begin());
    return;
  }
  std::uint8_t* to = stacked.data() + frame * channels;
  for (std::size_t i = 0; i < picture.size(); i += channels, to += frames * channels)
    std::copy_n(picture.data() + i, channels, to);
}

}  // namespace pitlane
