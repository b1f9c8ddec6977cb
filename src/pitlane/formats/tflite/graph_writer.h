// The bytes of a .tflite file, tensor by tensor and operator by operator.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/tflite/schema.h"
#include "pitlane/network/network.h"

namespace pitlane::tflite {

/// Index into the graph's tensors.
using TensorId = int;

/// real = scale * (q - zero), q in -128..127.
struct Grid {
  float scale = 1;
  int zero = 0;
  bool operator==(const Grid&) const = default;
};

struct WrittenTensor {
  std::string name = {};
  Shape shape = {};  ///< with the batch of one
  tfl::TensorType type = tfl::TensorType::FLOAT32;
  std::vector<float> scales = {};  ///< several: along `dimension`
  int zero = 0;
  int dimension = 0;
  std::optional<SharedBytes> data = {};  ///< empty: it flows
};

class GraphWriter {
 public:
  using Options =
      std::function<std::pair<tfl::BuiltinOptions, flatbuffers::Offset<void>>(flatbuffers::FlatBufferBuilder&)>;

  TensorId tensor(WrittenTensor tensor);
  TensorId flow(const std::string& name, Shape shape, std::optional<Grid> grid);
  /// The same grid in uint8: numbers and zero are moved up by 128.
  TensorId flow_in_bytes(const std::string& name, Shape shape, const Grid& grid);
  TensorId reals(const std::string& name, Shape shape, const std::vector<float>& values);
  /// A vector of int32, or a matrix.
  TensorId integers(const std::string& name, Shape shape, const std::vector<std::int32_t>& values);
  void add(tfl::BuiltinOperator code, int version, std::vector<TensorId> inputs, std::vector<TensorId> outputs,
           Options options = {});
  [[nodiscard]] const WrittenTensor& at(TensorId id) const { return tensors_[static_cast<std::size_t>(id)]; }

  struct Ends {
    std::vector<TensorId> inputs, outputs;
    std::vector<std::string> input_names, output_names;
  };
  /// Errors: more than a FlatBuffer holds (2 GB).
  Result<std::vector<std::byte>> finish(const std::string& name, const Ends& ends,
                                        const std::vector<std::byte>& meaning) const;

 private:
  struct WrittenOperator {
    std::uint32_t code = 0;
    std::vector<TensorId> inputs, outputs;
    Options options;
  };
  std::vector<WrittenTensor> tensors_;
  std::vector<WrittenOperator> operators_;
  std::vector<std::pair<tfl::BuiltinOperator, int>> codes_;
  std::map<std::string, int> names_;
};

/// For Options of one table.
template <typename Create>
GraphWriter::Options options_of(tfl::BuiltinOptions type, Create create) {
  return [type, create](flatbuffers::FlatBufferBuilder& out) { return std::pair(type, create(out).Union()); };
}

}  // namespace pitlane::tflite
