// An ONNX graph under construction: nodes in the order in which they are added, constants, inputs and outputs.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pitlane/formats/onnx/model.h"
#include "pitlane/formats/onnx/wire.h"

namespace pitlane::onnx {

/// Attributes of one node, in the order in which they are set.
class Attributes {
 public:
  Attributes& integer(const char* name, std::int64_t value);
  Attributes& integers(const char* name, std::span<const std::int64_t> values);
  Attributes& integers(const char* name, std::initializer_list<std::int64_t> values) {
    return integers(name, std::span(values.begin(), values.size()));
  }
  Attributes& number(const char* name, float value);
  [[nodiscard]] const std::vector<MessageWriter>& all() const { return attributes_; }

 private:
  MessageWriter& begin(const char* name, int type);
  std::vector<MessageWriter> attributes_;
};

class GraphWriter {
 public:
  /// Appends a node and returns the name of its output.
  std::string node(const char* type, const std::string& name, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {});
  /// The same with several outputs.
  std::vector<std::string> node(const char* type, const std::string& name, const std::vector<std::string>& inputs,
                                const Attributes& attributes, std::size_t outputs);
  /// A node whose output has this name, which must have come from `unique`.
  void name_node(const std::string& output, const std::string& input);

  /// A constant; `bytes` as raw_data has them.
  std::string constant(const std::string& name, ElementType type, const Shape& dims, std::span<const std::byte> bytes);
  std::string constant(const std::string& name, const Shape& dims, std::span<const float> values);
  std::string constant(const std::string& name, std::span<const std::int64_t> values);

  void input(const std::string& name, ElementType type, const Shape& dims);
  void output(const std::string& name, const Shape& dims);

  /// `name`, or that with a number behind it: names of tensors are not used twice.
  std::string unique(const std::string& name);

  /// The whole file.
  [[nodiscard]] std::vector<std::byte> finish(const std::string& graph_name,
                                              const std::map<std::string, std::string>& metadata) const;

 private:
  MessageWriter graph_;  ///< nodes, then constants, inputs and outputs as they come: their order between kinds is free
  std::set<std::string> names_;
};

}  // namespace pitlane::onnx
