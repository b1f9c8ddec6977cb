#include "pitlane/network/builder.h"

#include <utility>

namespace pitlane {

ValueId NetworkBuilder::value(const std::string& name, Shape shape) {
  network_.values.push_back({name, std::move(shape), std::nullopt});
  return static_cast<ValueId>(network_.values.size()) - 1;
}

ValueId NetworkBuilder::image(const std::string& name, Preprocessing preprocessing) {
  const ValueId id = value(name, {preprocessing.height, preprocessing.width,
                                  std::int64_t{preprocessing.frames} * channels_of(preprocessing.format)});
  network_.inputs.push_back({name, InputKind::kImage, id, std::move(preprocessing), 1});
  return id;
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
  // A misfit still gets a value, so that building can go on and `build` reports the first cause.
  const ValueId output = value(name, shape.ok() ? *std::move(shape) : Shape{1});
  network_.nodes.push_back({name, std::move(op), std::move(inputs), output});
  return output;
}

Result<Network> NetworkBuilder::build() && {
  if (!errors_.empty()) return errors_.front();
  PITLANE_TRY_STATUS(validate(network_));
  return std::move(network_);
}

}  // namespace pitlane
