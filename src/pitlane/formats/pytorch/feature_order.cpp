#include "pitlane/formats/pytorch/feature_order.h"

#include <algorithm>

namespace pitlane {

void FeatureOrder::append(const FeatureOrder& other) {
  parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
}

bool FeatureOrder::same() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const Shape& p) { return p[2] == 1 || p[0] * p[1] == 1; });
}

std::vector<std::int64_t> FeatureOrder::torch_indices() const {
  std::vector<std::int64_t> indices;
  for (const Shape& part : parts_) {
    const auto first = static_cast<std::int64_t>(indices.size());
    const std::int64_t pixels = part[0] * part[1];
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
      for (std::int64_t c = 0; c < part[2]; ++c) indices.push_back(first + c * pixels + pixel);
  }
  return indices;
}

void FeatureOrder::reorder(std::vector<float>& rows) const {
  if (same()) return;
  const std::vector<std::int64_t> indices = torch_indices();
  std::vector<float> row(indices.size());
  for (std::size_t begin = 0; begin + row.size() <= rows.size(); begin += row.size()) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = rows[begin + static_cast<std::size_t>(indices[i])];
    std::copy(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

}  // namespace pitlane
