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

  ValueId image(const std::string& name, Preprocessing preprocessing, std::vector<int> ages = {});
  /// A vector that is no picture: kSpeed, kCommand or kLight.
  ValueId vector(const std::string& name, InputKind kind, std::int64_t size, float scale = 1,
                 std::vector<int> ages = {});
  /// Recurrent memory: read the value now, name what it becomes with `remember`.
  ValueId state(const std::string& name, Shape shape);
  void remember(ValueId before, ValueId after);
  /// Remembers a fault that the author found, as a misfit: `build` returns the first.
  void fault(Error error);
  WeightId weight(Weight weight);
  /// Appends a node; a misfit is remembered and returned by `build`.
  ValueId add(const std::string& name, Op op, std::vector<ValueId> inputs);
  void output(OutputSpec spec) { network_.outputs.push_back(std::move(spec)); }
  void metadata(const std::string& key, std::string value) { network_.metadata[key] = std::move(value); }

  [[nodiscard]] const Shape& shape(ValueId value) const { return network_.values.at(value).shape; }
  /// The first misfit, if there was one: importers stop there rather than build on.
  [[nodiscard]] Status status() const { return errors_.empty() ? Status() : Status(errors_.front()); }
  /// Validates and hands over.
  Result<Network> build() &&;

 private:
  ValueId value(const std::string& name, Shape shape);
  Network network_;
  std::vector<Error> errors_;
};

}  // namespace pitlane
