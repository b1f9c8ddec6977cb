#include "pitlane/formats/onnx/layout.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace pitlane::onnx {
namespace {

std::vector<int> in_tensor_order(const Layout& layout) {
  std::vector<int> flat;
  for (const std::vector<int>& axis : layout.axes) flat.insert(flat.end(), axis.begin(), axis.end());
  return flat;
}

/// Elements between neighbours of each atom.
std::vector<std::int64_t> storage_strides(const Layout& layout) {
  std::vector<std::int64_t> strides(layout.atoms.size(), 1);
  for (std::size_t i = layout.atoms.size(); i-- > 1;) strides[i - 1] = strides[i] * layout.atoms[i].size;
  return strides;
}

/// Cuts atoms, in the tensor's order, so that they fill new dimensions.
class Cutter {
 public:
  explicit Cutter(const Layout& layout)
      : layout_(layout), flat_(in_tensor_order(layout)), pieces_(layout.atoms.size()) {
    if (!flat_.empty()) left_ = size(0);
  }

  /// False where the atom at hand cannot be cut to fill `dim`.
  bool fill(std::int64_t dim, std::vector<std::pair<int, int>>& taken) {
    while (dim > 1) {
      if (at_ == flat_.size()) return false;
      const bool whole = left_ <= dim;
      if (whole ? dim % left_ != 0 : left_ % dim != 0) return false;
      const std::int64_t piece = whole ? left_ : dim;
      if (piece != size(at_) && layout_.atoms[static_cast<std::size_t>(flat_[at_])].order) return false;
      std::vector<std::int64_t>& cuts = pieces_[static_cast<std::size_t>(flat_[at_])];
      taken.emplace_back(flat_[at_], static_cast<int>(cuts.size()));
      cuts.push_back(piece);
      dim /= piece;
      left_ /= piece;
      if (left_ == 1 && ++at_ < flat_.size()) left_ = size(at_);
    }
    return true;
  }

  [[nodiscard]] bool done() const { return at_ == flat_.size(); }

  Layout rebuilt(const std::vector<std::vector<std::pair<int, int>>>& dims) const {
    Layout result;
    std::vector<int> first(pieces_.size());
    for (std::size_t a = 0; a < pieces_.size(); ++a) {
      first[a] = static_cast<int>(result.atoms.size());
      for (const std::int64_t piece : pieces_[a])
        result.atoms.push_back({piece, pieces_[a].size() == 1 ? layout_.atoms[a].order : nullptr});
    }
    for (const auto& dim : dims) {
      std::vector<int>& axis = result.axes.emplace_back();
      for (const auto& [atom, piece] : dim) axis.push_back(first[static_cast<std::size_t>(atom)] + piece);
    }
    return result;
  }

 private:
  [[nodiscard]] std::int64_t size(std::size_t i) const {
    return layout_.atoms[static_cast<std::size_t>(flat_[i])].size;
  }

  const Layout& layout_;
  std::vector<int> flat_;
  std::vector<std::vector<std::int64_t>> pieces_;  ///< by atom, slowest first
  std::size_t at_ = 0;
  std::int64_t left_ = 1;
};

void add_ends(const Layout& layout, std::set<std::int64_t>& ends) {
  std::int64_t end = 1;
  for (const int atom : in_tensor_order(layout)) ends.insert(end *= layout.atoms[static_cast<std::size_t>(atom)].size);
}

bool same_order(const Atom& a, const Atom& b) {
  return a.size == b.size && (a.order == b.order || (a.order && b.order && *a.order == *b.order));
}

}  // namespace

Shape Layout::dims() const {
  Shape result;
  for (const std::vector<int>& axis : axes) result.push_back(size_of(axis));
  return result;
}

std::int64_t Layout::size() const {
  std::int64_t count = 1;
  for (const Atom& atom : atoms) count *= atom.size;
  return count;
}

std::int64_t Layout::size_of(const std::vector<int>& some_atoms) const {
  std::int64_t count = 1;
  for (const int atom : some_atoms) count *= atoms[static_cast<std::size_t>(atom)].size;
  return count;
}

Layout stored_layout(const Shape& dims, const std::vector<int>& slow_to_fast) {
  Layout layout;
  layout.axes.resize(dims.size());
  for (const int axis : slow_to_fast) {
    const auto a = static_cast<std::size_t>(axis);
    if (dims[a] == 1) continue;
    layout.axes[a] = {static_cast<int>(layout.atoms.size())};
    layout.atoms.push_back({dims[a], nullptr});
  }
  return layout;
}

Layout row_major_layout(const Shape& dims) {
  std::vector<int> order(dims.size());
  std::iota(order.begin(), order.end(), 0);
  return stored_layout(dims, order);
}

Layout transposed(const Layout& layout, const std::vector<int>& permutation) {
  Layout result{layout.atoms, {}};
  for (const int axis : permutation) result.axes.push_back(layout.axes[static_cast<std::size_t>(axis)]);
  return result;
}

std::optional<Layout> reshaped(const Layout& layout, const Shape& dims) {
  Cutter cutter(layout);
  std::vector<std::vector<std::pair<int, int>>> taken(dims.size());
  for (std::size_t d = 0; d < dims.size(); ++d)
    if (!cutter.fill(dims[d], taken[d])) return {};
  if (!cutter.done()) return {};
  return cutter.rebuilt(taken);
}

bool is_stored_as(const Layout& layout, const std::vector<int>& slow_to_fast) {
  int next = 0;
  for (const int axis : slow_to_fast)
    for (const int atom : layout.axes[static_cast<std::size_t>(axis)])
      if (atom != next++ || layout.atoms[static_cast<std::size_t>(atom)].order) return false;
  return next == static_cast<int>(layout.atoms.size());
}

std::optional<AxisView> view_axis(const Layout& layout, int axis) {
  const std::vector<int>& atoms = layout.axes[static_cast<std::size_t>(axis)];
  AxisView view;
  view.axis = layout.size_of(atoms);
  view.atom_count = atoms.size();
  if (atoms.empty()) {
    view.faster = layout.size();
    return view;
  }
  view.first_atom = static_cast<std::size_t>(atoms.front());
  for (std::size_t i = 0; i < atoms.size(); ++i)
    if (atoms[i] != atoms.front() + static_cast<int>(i) || layout.atoms[static_cast<std::size_t>(atoms[i])].order)
      return {};
  for (std::size_t a = 0; a < layout.atoms.size(); ++a) {
    if (a < view.first_atom) view.slower *= layout.atoms[a].size;
    if (a >= view.first_atom + view.atom_count) view.faster *= layout.atoms[a].size;
  }
  return view;
}

std::vector<std::int32_t> storage_order(const Layout& layout) {
  const std::vector<int> flat = in_tensor_order(layout);
  const std::vector<std::int64_t> strides = storage_strides(layout);
  std::vector<std::int32_t> places = {0};
  for (const int index : flat) {
    const Atom& atom = layout.atoms[static_cast<std::size_t>(index)];
    const std::int64_t stride = strides[static_cast<std::size_t>(index)];
    std::vector<std::int32_t> finer;
    finer.reserve(places.size() * static_cast<std::size_t>(atom.size));
    for (const std::int32_t place : places)
      for (std::int64_t i = 0; i < atom.size; ++i) {
        const std::int64_t step = atom.order ? (*atom.order)[static_cast<std::size_t>(i)] : i;
        finer.push_back(static_cast<std::int32_t>(place + step * stride));
      }
    places = std::move(finer);
  }
  return places;
}

bool same_places(const Layout& a, const Layout& b) {
  std::set<std::int64_t> ends;
  add_ends(a, ends);
  add_ends(b, ends);
  Shape sizes;
  std::int64_t before = 1;
  for (const std::int64_t end : ends) {
    if (end % before != 0) return false;
    sizes.push_back(end / before);
    before = end;
  }
  const std::optional<Layout> fine_a = reshaped(a, sizes), fine_b = reshaped(b, sizes);
  return fine_a && fine_b && fine_a->axes == fine_b->axes &&
         std::ranges::equal(fine_a->atoms, fine_b->atoms, same_order);
}

std::optional<std::size_t> find_suffix(const Layout& layout, const std::vector<int>& axes) {
  std::set<int> wanted;
  for (const int axis : axes) {
    const std::vector<int>& atoms = layout.axes[static_cast<std::size_t>(axis)];
    wanted.insert(atoms.begin(), atoms.end());
  }
  const std::size_t first = layout.atoms.size() - wanted.size();
  if (!wanted.empty() && *wanted.begin() != static_cast<int>(first)) return {};
  return first;
}

std::vector<std::int64_t> suffix_sources(const Layout& layout, std::size_t first,
                                         const std::vector<std::int64_t>& strides) {
  std::vector<std::int64_t> step(layout.atoms.size(), 0);
  for (std::size_t axis = 0; axis < layout.axes.size(); ++axis) {
    std::int64_t stride = strides[axis];
    for (std::size_t i = layout.axes[axis].size(); i-- > 0;) {
      const auto atom = static_cast<std::size_t>(layout.axes[axis][i]);
      step[atom] = stride;
      stride *= layout.atoms[atom].size;
    }
  }
  std::vector<std::int64_t> sources = {0};
  for (std::size_t a = first; a < layout.atoms.size(); ++a) {
    const Atom& atom = layout.atoms[a];
    std::vector<std::int64_t> element(static_cast<std::size_t>(atom.size));
    std::iota(element.begin(), element.end(), 0);
    if (atom.order)
      for (std::size_t i = 0; i < element.size(); ++i)
        element[static_cast<std::size_t>((*atom.order)[i])] = static_cast<std::int64_t>(i);
    std::vector<std::int64_t> finer;
    finer.reserve(sources.size() * element.size());
    for (const std::int64_t source : sources)
      for (const std::int64_t e : element) finer.push_back(source + e * step[a]);
    sources = std::move(finer);
  }
  return sources;
}

}  // namespace pitlane::onnx
