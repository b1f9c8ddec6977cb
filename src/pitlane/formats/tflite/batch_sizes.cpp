#include "pitlane/formats/tflite/batch_sizes.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "pitlane/network/limits.h"

namespace pitlane::tflite {
namespace {

class BatchSizes {
 public:
  explicit BatchSizes(File& file) : file_(file), grown_(file.tensors.size(), false) {}

  void follow(const Operator& op) {
    for (const int made : op.outputs) {
      if (!is_tensor(made)) continue;
      if (const std::optional<std::int64_t> size = batch_of(op)) grow(made, *size);
    }
  }

 private:
  [[nodiscard]] std::optional<std::int64_t> batch_of(const Operator& op) const {
    switch (op.code) {
      case tfl::BuiltinOperator::RESHAPE:
        return reshaped(op);
      case tfl::BuiltinOperator::SPACE_TO_BATCH_ND:
      case tfl::BuiltinOperator::BATCH_TO_SPACE_ND:
        return in_blocks(op);
      default:
        return largest(op);
    }
  }

  [[nodiscard]] bool is_tensor(int id) const { return id >= 0 && static_cast<std::size_t>(id) < file_.tensors.size(); }
  [[nodiscard]] const Tensor& tensor(int id) const { return file_.tensors[static_cast<std::size_t>(id)]; }

  /// What is left for the open first dimension when the others are as the file says.
  [[nodiscard]] std::optional<std::int64_t> reshaped(const Operator& op) const {
    if (op.inputs.empty() || !is_tensor(op.inputs[0]) || op.outputs.size() != 1) return {};
    const Shape& from = tensor(op.inputs[0]).shape;
    Shape rest = tensor(op.outputs[0]).shape;
    if (rest.empty() || !within_limits(from) || !within_limits(rest)) return {};
    rest[0] = 1;
    const std::int64_t elements = element_count(from), each = element_count(rest);
    if (elements % each != 0) return {};
    return elements / each;
  }

  /// As many times as large as a block has pixels, or the other way round.
  [[nodiscard]] std::optional<std::int64_t> in_blocks(const Operator& op) const {
    if (op.inputs.size() < 2 || !is_tensor(op.inputs[0]) || !is_tensor(op.inputs[1])) return {};
    const Shape& from = tensor(op.inputs[0]).shape;
    const auto& sizes = tensor(op.inputs[1]).constant;
    if (!sizes || !within_limits(from) || from.empty()) return {};
    const auto known = integers(*sizes);
    if (!known.ok() || !within_limits(*known)) return {};
    const std::int64_t block = element_count(*known);
    return op.code == tfl::BuiltinOperator::SPACE_TO_BATCH_ND ? from[0] * block : from[0] / block;
  }

  /// Operators keep the batch of what they read.
  [[nodiscard]] std::optional<std::int64_t> largest(const Operator& op) const {
    std::optional<std::int64_t> size;
    for (const int read : op.inputs)
      if (is_tensor(read) && grown_[static_cast<std::size_t>(read)])
        size = std::max(size.value_or(1), tensor(read).shape.front());
    return size;
  }

  void grow(int id, std::int64_t size) {
    Tensor& made = file_.tensors[static_cast<std::size_t>(id)];
    if (!made.open_batch || made.constant || size <= 1) return;
    Shape shape = made.shape;
    shape[0] = size;
    if (!within_limits(shape)) return;
    made.shape = std::move(shape);
    grown_[static_cast<std::size_t>(id)] = true;
  }

  File& file_;
  std::vector<bool> grown_;
};

}  // namespace

void find_batch_sizes(File& file) {
  BatchSizes sizes(file);
  for (const Operator& op : file.operators) sizes.follow(op);
}

}  // namespace pitlane::tflite
