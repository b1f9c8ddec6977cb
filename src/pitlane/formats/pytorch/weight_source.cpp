#include "pitlane/formats/pytorch/weight_source.h"

#include <algorithm>
#include <utility>

namespace pitlane {

Result<Shape> WeightSource::shape(const std::string& name, std::size_t rank) {
  const NamedTensor* tensor = dict_.find(name);
  if (tensor == nullptr) return not_found("the file has no weight '" + name + "'");
  read_.insert(name);
  const Shape& sizes = tensor->stored.sizes;
  if (sizes.size() != rank || std::find(sizes.begin(), sizes.end(), 0) != sizes.end())
    return invalid_argument("weight '" + name + "' has shape " + to_string(sizes) + ", needs " + std::to_string(rank) +
                            " dimensions");
  return sizes;
}

Result<std::vector<float>> WeightSource::numbers(const std::string& name) { return dict_.read(*dict_.find(name)); }

Result<std::vector<float>> WeightSource::vector(const std::string& name, std::int64_t size) {
  PITLANE_TRY(const Shape sizes, shape(name, 1));
  if (sizes[0] != size)
    return invalid_argument("weight '" + name + "' has " + std::to_string(sizes[0]) + " numbers, needs " +
                            std::to_string(size));
  return numbers(name);
}

WeightId WeightSource::add(const std::string& name, Shape shape, std::vector<float> values) {
  added_.push_back(make_f32_weight(name, std::move(shape), std::move(values)));
  return builder_.weight(added_.back());
}

WeightId WeightSource::constant(const std::string& name, std::int64_t size, float value) {
  return add(name, {size}, std::vector<float>(static_cast<std::size_t>(size), value));
}

Status WeightSource::check_all_read(const std::vector<std::string>& unused) const {
  constexpr std::size_t kNamed = 4;
  std::vector<std::string> left;
  for (const NamedTensor& tensor : dict_.tensors()) {
    const std::string& name = tensor.name;
    // BatchNorm counts its batches for the training.
    if (read_.contains(name) || name == "num_batches_tracked" || name.ends_with(".num_batches_tracked")) continue;
    const bool named = std::any_of(unused.begin(), unused.end(), [&](const std::string& begin) {
      return name == begin || name.starts_with(begin + ".");
    });
    if (!named) left.push_back(name);
  }
  if (left.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(left.size(), kNamed); ++i) names += (i == 0 ? "'" : ", '") + left[i] + "'";
  if (left.size() > kNamed) names += " and " + std::to_string(left.size() - kNamed) + " more";
  return invalid_argument("no layer reads " + names +
                          "; describe the layers that do, or name what is left under unused");
}

std::vector<float> channels_last(const std::vector<float>& values, const Shape& shape) {
  const auto channels = static_cast<std::size_t>(shape[1]), area = static_cast<std::size_t>(shape[2] * shape[3]);
  std::vector<float> moved(values.size());
  std::size_t to = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += channels * area)
    for (std::size_t pixel = 0; pixel < area; ++pixel)
      for (std::size_t c = 0; c < channels; ++c) moved[to++] = values[begin + c * area + pixel];
  return moved;
}

}  // namespace pitlane
