// Where the elements of an ONNX tensor lie in our value. ONNX keeps pictures as {N, C, H, W}, we as {H, W, C}, and
// between layers exporters transpose, flatten and view. None of that moves our numbers: it changes only this map, which
// layers then read to permute their weights.
//
// The map: our value, flattened, is a row-major array over "atoms"; each dimension of the ONNX tensor is a row of
// atoms, slowest first. A dimension of size 1 has none. After a convolution, {1, 24, 31, 98} is stored as atoms {31,
// 98, 24}, and the dimensions are {}, {24}, {31}, {98}; flattened, {} and {24, 31, 98}.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/shape.h"

namespace pitlane::onnx {

struct Atom {
  std::int64_t size = 1;
  /// Set: element i of the tensor's order lies at place (*order)[i] of the atom. Joined flattened pictures are so.
  std::shared_ptr<const std::vector<std::int32_t>> order;
};

struct Layout {
  std::vector<Atom> atoms;             ///< in the order of storage, slowest first; none of size 1
  std::vector<std::vector<int>> axes;  ///< by dimension of the tensor: indices into `atoms`, slowest first

  [[nodiscard]] Shape dims() const;
  [[nodiscard]] std::int64_t size() const;
  [[nodiscard]] std::int64_t size_of(const std::vector<int>& some_atoms) const;
  [[nodiscard]] int rank() const { return static_cast<int>(axes.size()); }
};

/// A tensor of these dimensions whose value is stored with the dimensions `slow_to_fast` in that order (others are 1).
Layout stored_layout(const Shape& dims, const std::vector<int>& slow_to_fast);
/// Stored as the tensor itself is.
Layout row_major_layout(const Shape& dims);

/// Dimension i becomes dimension permutation[i] of `layout`.
Layout transposed(const Layout& layout, const std::vector<int>& permutation);
/// The same elements under other dimensions; empty where a new dimension would cut an atom unevenly.
std::optional<Layout> reshaped(const Layout& layout, const Shape& dims);

/// Is the storage exactly these dimensions in this order, each row-major? (The others must be 1.)
bool is_stored_as(const Layout& layout, const std::vector<int>& slow_to_fast);

/// Storage seen as {slower, axis, faster}; empty where the dimension's atoms are scattered.
struct AxisView {
  std::int64_t slower = 1, axis = 1, faster = 1;
  std::size_t first_atom = 0, atom_count = 0;
};
std::optional<AxisView> view_axis(const Layout& layout, int axis);

/// Place in storage of each element of the tensor, in the tensor's order.
std::vector<std::int32_t> storage_order(const Layout& layout);

/// Do both tensors, of equal size, keep equal elements in equal places?
bool same_places(const Layout& a, const Layout& b);

/// The atoms that make up these dimensions, if they are the last ones of the storage; else empty. The index is that of
/// the first of them.
std::optional<std::size_t> find_suffix(const Layout& layout, const std::vector<int>& axes);

/// For each place of the storage from atom `first` on: the element of a row-major tensor that has `strides[axis]`
/// between neighbours of a dimension.
std::vector<std::int64_t> suffix_sources(const Layout& layout, std::size_t first,
                                         const std::vector<std::int64_t>& strides);

}  // namespace pitlane::onnx
