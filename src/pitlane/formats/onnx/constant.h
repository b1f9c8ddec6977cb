// A tensor whose elements are known while importing: weights, and the arithmetic of shapes that exporters write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/onnx/model.h"
#include "pitlane/network/shape.h"

namespace pitlane::onnx {

struct Constant {
  ElementType type = ElementType::kFloat;
  /// Empty: a scalar. Without elements it is a list, {0}: decode() and the arithmetic of shapes refuse all else, since
  /// one size of 0 hides how large the others are.
  Shape dims = {};
  std::vector<float> reals = {};            ///< of kFloat, kHalf, kDouble
  std::vector<std::int64_t> integers = {};  ///< of kInt32, kInt64, kBool
  std::vector<std::uint8_t> bytes = {};     ///< of kUint8, kInt8: their bits
  /// The numbers were binary16 in the file and have only been moved since: a weight may be stored so without a loss.
  bool half = false;

  [[nodiscard]] std::size_t size() const { return reals.size() + integers.size() + bytes.size(); }
  [[nodiscard]] bool is_real() const;
  [[nodiscard]] double at(std::size_t i) const;
  [[nodiscard]] std::int64_t integer(std::size_t i) const;  ///< real numbers are cut
};
using ConstantPtr = std::shared_ptr<const Constant>;

ConstantPtr make_integers(Shape dims, std::vector<std::int64_t> values);
ConstantPtr make_reals(Shape dims, std::vector<float> values);

/// Elements of a shape in which a dimension may be 0. Errors: negative, beyond limits.h, or a 0 beside other
/// dimensions; nothing is allocated.
Result<std::int64_t> checked_count(const Shape& dims);

/// The elements of a tensor; those in another file are read from `folder` and nowhere else. Errors name the tensor.
Result<ConstantPtr> decode(const TensorDef& tensor, const std::filesystem::path& folder);

/// The other file in which an external tensor lies, in the model's folder, and its size.
struct ExternalFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};
Result<ExternalFile> external_file(const TensorDef& tensor, const std::filesystem::path& folder);

/// Bytes `offset` to `offset + length` of a file that a model names, which must lie in the model's folder.
Result<std::vector<std::byte>> read_external(const TensorDef& tensor, const std::filesystem::path& folder,
                                             std::uint64_t expected_bytes);

/// All elements in another order: result[i] = constant[source[i]].
Constant rearranged(const Constant& constant, Shape dims, const std::vector<std::int64_t>& source);

}  // namespace pitlane::onnx
