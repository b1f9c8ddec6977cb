// Small ONNX files for tests, written node by node.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/formats/import.h"
#include "pitlane/formats/onnx/graph_writer.h"
#include "temporary_directory.h"

namespace pitlane::onnx {

/// A graph over one picture {1, 3, 8, 9} that ends in the output "y".
class Sketch {
 public:
  Sketch() { graph.input(graph.unique("picture"), ElementType::kFloat, {1, 3, 8, 9}); }

  Result<Network> import(const std::string& y) {
    graph.name_node(graph.unique("y"), y);
    graph.output("y", {1, 2});
    return import_bytes(graph.finish("sketch", {}));
  }

  Result<Network> import_bytes(const std::vector<std::byte>& bytes) {
    const Status written = write_file(folder / "model.onnx", bytes);
    EXPECT_TRUE(written.ok());
    return import_network(folder / "model.onnx");
  }

  std::string floats(const Shape& dims, float value = 0.5F) {
    const std::vector<float> values(static_cast<std::size_t>(element_count(dims)), value);
    return graph.constant("weight", dims, values);
  }

  std::string integers(const std::vector<std::int64_t>& values) { return graph.constant("integers", values); }

  GraphWriter graph;
  TemporaryDirectory folder;
};

inline std::string message_of(const Result<Network>& network) {
  return network.ok() ? "imported without an error" : network.error().message();
}

}  // namespace pitlane::onnx
