#include "pitlane/formats/onnx/graph_writer.h"

#include <string>

#include "pitlane/core/version.h"

namespace pitlane::onnx {
namespace {

constexpr std::int64_t kIrVersion = 8;  // the one that came with opset 17
constexpr std::int64_t kOpset = 17;

MessageWriter port(const std::string& name, ElementType type, const Shape& dims) {
  MessageWriter shape, tensor, kind, result;
  for (const std::int64_t d : dims) {
    MessageWriter dim;
    dim.integer(1, d);
    shape.message(1, dim);
  }
  tensor.integer(1, static_cast<std::int64_t>(type));
  tensor.message(2, shape);
  kind.message(1, tensor);
  result.text(1, name);
  result.message(2, kind);
  return result;
}

}  // namespace

MessageWriter& Attributes::begin(const char* name, int type) {
  MessageWriter& attribute = attributes_.emplace_back();
  attribute.text(1, name);
  attribute.integer(20, type);
  return attribute;
}

Attributes& Attributes::integer(const char* name, std::int64_t value) {
  begin(name, 2).integer(3, value);
  return *this;
}

Attributes& Attributes::integers(const char* name, std::span<const std::int64_t> values) {
  MessageWriter& attribute = begin(name, 7);
  for (const std::int64_t value : values) attribute.integer(8, value);
  return *this;
}

Attributes& Attributes::number(const char* name, float value) {
  begin(name, 1).real(2, value);
  return *this;
}

std::string GraphWriter::unique(const std::string& name) {
  const std::string wanted = name.empty() ? "value" : name;
  std::string result = wanted;
  for (int i = 1; !names_.insert(result).second; ++i) result = wanted + "_" + std::to_string(i);
  return result;
}

std::vector<std::string> GraphWriter::node(const char* type, const std::string& name,
                                           const std::vector<std::string>& inputs, const Attributes& attributes,
                                           std::size_t outputs) {
  MessageWriter node;
  std::vector<std::string> names;
  for (const std::string& input : inputs) node.text(1, input);
  for (std::size_t i = 0; i < outputs; ++i) node.text(2, names.emplace_back(unique(name)));
  node.text(3, name);
  node.text(4, type);
  for (const MessageWriter& attribute : attributes.all()) node.message(5, attribute);
  graph_.message(1, node);
  return names;
}

std::string GraphWriter::node(const char* type, const std::string& name, const std::vector<std::string>& inputs,
                              const Attributes& attributes) {
  return node(type, name, inputs, attributes, 1).front();
}

void GraphWriter::name_node(const std::string& output, const std::string& input) {
  MessageWriter node;
  node.text(1, input);
  node.text(2, output);
  node.text(3, output);
  node.text(4, "Identity");
  graph_.message(1, node);
}

std::string GraphWriter::constant(const std::string& name, ElementType type, const Shape& dims,
                                  std::span<const std::byte> bytes) {
  MessageWriter tensor;
  std::string called = unique(name);
  tensor.integers(1, dims);
  tensor.integer(2, static_cast<std::int64_t>(type));
  tensor.text(8, called);
  tensor.bytes(9, bytes);
  graph_.message(5, tensor);
  return called;
}

std::string GraphWriter::constant(const std::string& name, const Shape& dims, std::span<const float> values) {
  return constant(name, ElementType::kFloat, dims, std::as_bytes(values));
}

std::string GraphWriter::constant(const std::string& name, std::span<const std::int64_t> values) {
  return constant(name, ElementType::kInt64, {static_cast<std::int64_t>(values.size())}, std::as_bytes(values));
}

void GraphWriter::input(const std::string& name, ElementType type, const Shape& dims) {
  graph_.message(11, port(name, type, dims));
}

void GraphWriter::output(const std::string& name, const Shape& dims) {
  graph_.message(12, port(name, ElementType::kFloat, dims));
}

std::vector<std::byte> GraphWriter::finish(const std::string& graph_name,
                                           const std::map<std::string, std::string>& metadata) const {
  MessageWriter graph = graph_, opset, model;
  graph.text(2, graph_name);
  opset.text(1, "");
  opset.integer(2, kOpset);
  model.integer(1, kIrVersion);
  model.text(2, "pitlane");
  model.text(3, kVersion);
  model.message(7, graph);
  model.message(8, opset);
  for (const auto& [key, value] : metadata) {
    MessageWriter entry;
    entry.text(1, key);
    entry.text(2, value);
    model.message(14, entry);
  }
  return model.content();
}

}  // namespace pitlane::onnx
