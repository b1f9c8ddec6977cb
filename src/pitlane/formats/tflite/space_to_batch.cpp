// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: how TensorFlow writes a convolution with dilation. The first puts every
// n-th row and column of a picture into a batch of their own, where neighbours are pixels that lie n apart; the second
// puts them back. Here the picture stays whole, and the convolutions between the two have the dilation that is meant.
#include <algorithm>
#include <utility>
#include <vector>

#include "pitlane/formats/tflite/operators.h"

namespace pitlane::tflite {
namespace {

constexpr std::int64_t kMostPadding = 1024, kLargestBlock = 1024;

Result<Blocks> blocks_of(Translation& t, const Operator& op) {
  PITLANE_TRY(const std::vector<std::int64_t> sizes, t.needs_integers(op, 1, "size of blocks"));
  if (sizes.size() != 2)
    return unsupported(op.name + ": blocks of " + std::to_string(sizes.size()) +
                       " dimensions are not translated; known are height and width of pictures");
  for (const std::int64_t size : sizes)
    if (size < 1 || size > kLargestBlock)
      return corrupt(op.name + ": a block of " + std::to_string(size) + ", it must be 1 to " +
                     std::to_string(kLargestBlock));
  return Blocks{sizes[0], sizes[1]};
}

/// What is added at or cut off the edges: {top, bottom, left, right}.
Result<Padding> edges_of(Translation& t, const Operator& op, const char* role) {
  PITLANE_TRY(const std::vector<std::int64_t> sizes, t.needs_integers(op, 2, role));
  if (sizes.size() != 4) return corrupt(op.name + ": its " + role + " is not of two dimensions");
  for (const std::int64_t size : sizes)
    if (size < 0 || size > kMostPadding)
      return corrupt(op.name + ": its " + role + " is " + std::to_string(size) + ", it must be 0 to " +
                     std::to_string(kMostPadding));
  const auto at = [&](std::size_t i) { return static_cast<int>(sizes[i]); };
  return Padding{at(0), at(2), at(1), at(3)};
}

bool is_none(const Padding& p) { return p.top == 0 && p.bottom == 0 && p.left == 0 && p.right == 0; }

}  // namespace

Status translate_space_to_batch(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  if (input->shape.size() != 4)
    return unsupported(op.name + ": of " + to_string(input->shape) + " is not translated; known are pictures");
  PITLANE_TRY(const Blocks blocks, blocks_of(t, op));
  PITLANE_TRY(const Padding padding, edges_of(t, op, "padding"));
  PITLANE_TRY(Parts pictures, t.parts(op, 0, Shape(input->shape.begin() + 1, input->shape.end())));
  const std::int64_t height = input->shape[1] + padding.top + padding.bottom;
  const std::int64_t width = input->shape[2] + padding.left + padding.right;
  if (height % blocks.height != 0 || width % blocks.width != 0)
    return corrupt(op.name + ": a padded picture of " + std::to_string(height) + "x" + std::to_string(width) +
                   " is not whole blocks of " + std::to_string(blocks.height) + "x" + std::to_string(blocks.width));
  if (!is_none(padding))
    for (ValueId& picture : pictures) picture = t.add(t.name(op), Pad{padding, 0}, {picture});
  t.set_blocks(op.outputs[0], blocks);
  return t.set_output(op, 0, pictures);
}

Status translate_batch_to_space(Translation& t, const Operator& op) {
  PITLANE_TRY(const Tensor* input, t.input(op, 0));
  const Blocks* made = t.blocks(op, 0);
  if (made == nullptr)
    return unsupported(op.name + ": reads '" + input->name + "', which SPACE_TO_BATCH_ND did not tear into batches; " +
                       "import the file that the .tflite was converted from");
  PITLANE_TRY(const Blocks blocks, blocks_of(t, op));
  if (blocks != *made)
    return unsupported(op.name + ": joins other blocks than SPACE_TO_BATCH_ND made; import the file that the .tflite " +
                       "was converted from");
  PITLANE_TRY(const Padding crops, edges_of(t, op, "cropping"));
  PITLANE_TRY(Parts pictures, t.parts_in_blocks(op, 0));
  const Shape shape = t.builder.shape(pictures.front());
  const Slice rest{{crops.top, crops.left, 0}, {shape[0] - crops.bottom, shape[1] - crops.right, shape[2]}};
  if (rest.begin[0] >= rest.end[0] || rest.begin[1] >= rest.end[1])
    return corrupt(op.name + ": cuts all of " + to_string(shape) + " off");
  if (!is_none(crops))
    for (ValueId& picture : pictures) picture = t.add(t.name(op), rest, {picture});
  return t.set_output(op, 0, pictures);
}

}  // namespace pitlane::tflite
