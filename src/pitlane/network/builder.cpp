#include "pitlane/network/builder.h"

#include <utility>

namespace pitlane {

ValueId NetworkBuilder::value(const std::string& name, Shape shape) {
  network_.values.push_back({name, std::move(shape), std::nullopt});
  return static_cast<ValueId>(network_.values.size()) - 1;
}

ValueId NetworkBuilder::image(const std::string& name, Preprocessing preprocessing, std::vector<int> ages) {
  const ValueId id = value(name, {preprocessing.height, preprocessing.width,
                                  std::int64_t{preprocessing.frames} * channels_of(preprocessing.format)});
  network_.inputs.push_back({name, InputKind::kImage, id, std::move(preprocessing), 1, std::move(ages)});
  return id;
}

ValueId NetworkBuilder::vector(const std::string& name, InputKind kind, std::int64_t size, float scale,
                               std::vector<int> ages) {
  const ValueId id = value(name, {size});
  network_.inputs.push_back({name, kind, id, {}, scale, std::move(ages)});
  return id;
}

void NetworkBuilder::fault(Error error) { errors_.push_back(std::move(error)); }

ValueId NetworkBuilder::state(const std::string& name, Shape shape) {
  const ValueId id = value(name, std::move(shape));
  network_.states.push_back({name, id, -1});
  return id;
}

void NetworkBuilder::remember(ValueId before, ValueId after) {
  for (StateSpec& state : network_.states) {
    if (state.before != before) continue;
    state.after = after;
    return;
  }
  fault(invalid_argument("value " + std::to_string(before) + " is no state, so nothing can be remembered in it"));
}

WeightId NetworkBuilder::weight(Weight weight) {
  network_.weights.push_back(std::move(weight));
  return static_cast<WeightId>(network_.weights.size()) - 1;
}

ValueId NetworkBuilder::add(const std::string& name, Op op, std::vector<ValueId> inputs) {
  std::vector<Shape> shapes;
  for (const ValueId id : inputs) shapes.push_back(shape(id));
  Result<Shape> shape = infer_shape(op, network_.weights, shapes);
  if (!shape.ok()) errors_.push_back(shape.error().in(std::string(op_name(op)) + " '" + name + "'"));
  // A misfit still gets a value, so that building can go on and `build` reports the first cause. Whoever builds layers
  // on it may look at height, width and channels.
  const ValueId output = value(name, shape.ok() ? *std::move(shape) : Shape{1, 1, 1});
  network_.nodes.push_back({name, std::move(op), std::move(inputs), output});
  return output;
}

Result<Network> NetworkBuilder::build() && {
  if (!errors_.empty()) return errors_.front();
  PITLANE_TRY_STATUS(validate(network_));
  return std::move(network_);
}

}  // namespace pitlane
