// An ONNX file as it is written: nodes that read and make named tensors. Nothing is interpreted yet, and bytes of
// tensors stay in the loaded file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/core/result.h"
#include "pitlane/formats/onnx/wire.h"
#include "pitlane/network/shape.h"

namespace pitlane::onnx {

/// TensorProto.DataType, those that are read.
enum class ElementType : std::int32_t {
  kUndefined = 0,
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kHalf = 10,
  kDouble = 11,
};

using pitlane::to_string;  // of shapes
std::string to_string(ElementType type);

/// A constant; its elements lie in `message` until `decode` is asked for them.
struct TensorDef {
  std::string name;
  Shape dims;
  ElementType type = ElementType::kUndefined;
  Message message;
  std::map<std::string, std::string> external;  ///< location, offset, length: data in another file
  bool is_external = false;
};

struct Attribute {
  std::string name;
  std::optional<std::int64_t> integer;
  std::optional<float> real;
  std::optional<std::string> text;
  std::optional<TensorDef> tensor;
  std::vector<std::int64_t> integers;
  std::vector<float> reals;
  std::vector<std::string> texts;
  bool has_graph = false;  ///< of If and Loop
};

struct NodeDef {
  std::string name, type, domain;
  std::vector<std::string> inputs, outputs;  ///< an empty name: left out
  std::vector<Attribute> attributes;

  /// "Conv 'conv1'": how messages call it.
  [[nodiscard]] std::string title() const;
  [[nodiscard]] const Attribute* find(const std::string& attribute) const;
};

/// An input or output of the graph. A dimension without a number is -1.
struct PortDef {
  std::string name;
  ElementType type = ElementType::kUndefined;
  std::optional<Shape> dims;
};

struct ModelDef {
  std::shared_ptr<const LoadedFile> file;
  std::filesystem::path folder;  ///< where external data may lie
  std::string producer, graph_name;
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;  ///< of the operators of ONNX itself
  std::vector<NodeDef> nodes;
  std::vector<TensorDef> initializers;
  std::vector<PortDef> inputs, outputs;
  std::map<std::string, std::string> metadata;
};

/// Maps the file and reads its structure. Errors carry a byte offset or a node's name.
Result<ModelDef> load_model(const std::filesystem::path& path);

}  // namespace pitlane::onnx
