// Writes a Network node by node, inferring shapes; families and importers are made of this.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::string name) { network_.name = std::move(name); }

  ValueId image(const std::string& name, Preprocessing preprocessing);
  WeightId weight(Weight weight);
  /// Appends a node; a misfit is remembered and returned by `build`.
  ValueId add(const std::string& name, Op op, std::vector<ValueId> inputs);
  void output(OutputSpec spec) { network_.outputs.push_back(std::move(spec)); }
  void metadata(const std::string& key, std::string value) { network_.metadata[key] = std::move(value); }

  [[nodiscard]] const Shape& shape(ValueId value) const { return network_.values.at(value).shape; }
  /// Validates and hands over.
  Result<Network> build() &&;

 private:
  ValueId value(const std::string& name, Shape shape);
  Network network_;
  std::vector<Error> errors_;
};

}  // namespace pitlane
