// Hands a network builder the weights that layers ask for by name, in Pitlane's layouts, and knows which were read.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/pytorch/state_dict.h"
#include "pitlane/network/builder.h"

namespace pitlane {

class WeightSource {
 public:
  WeightSource(const StateDict& dict, NetworkBuilder& builder) : dict_(dict), builder_(builder) {}

  [[nodiscard]] bool has(const std::string& name) const { return dict_.find(name) != nullptr; }
  /// Marks the weight as read. Errors: there is none of the name, or it has another number of dimensions.
  Result<Shape> shape(const std::string& name, std::size_t rank);
  /// The numbers of a weight whose shape was asked for.
  Result<std::vector<float>> numbers(const std::string& name);
  /// A vector of `size` numbers as PyTorch holds it.
  Result<std::vector<float>> vector(const std::string& name, std::int64_t size);

  WeightId add(const std::string& name, Shape shape, std::vector<float> values);
  WeightId constant(const std::string& name, std::int64_t size, float value);
  /// All that were added, for infer_shape.
  [[nodiscard]] const std::vector<Weight>& added() const { return added_; }

  /// An error that names what no layer read, apart from `unused` and what PyTorch counts for itself.
  [[nodiscard]] Status check_all_read(const std::vector<std::string>& unused) const;

 private:
  const StateDict& dict_;
  NetworkBuilder& builder_;
  std::set<std::string> read_;
  std::vector<Weight> added_;
};

/// {O, C, H, W} to {O, H, W, C}.
std::vector<float> channels_last(const std::vector<float>& values, const Shape& shape);

}  // namespace pitlane
