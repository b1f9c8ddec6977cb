// Each operator of a network in layers of Keras that do the same.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/layer_writer.h"
#include "pitlane/network/network.h"

namespace pitlane::keras {

class OpWriter {
 public:
  OpWriter(const Network& network, LayerWriter& writer)
      : network_(network), writer_(writer), made_(network.values.size()) {}

  /// Values of inputs; all others come from `write`, in the order of the network's nodes.
  void set(ValueId value, Made made) { made_[static_cast<std::size_t>(value)] = std::move(made); }
  [[nodiscard]] const Made& get(ValueId value) const { return made_[static_cast<std::size_t>(value)]; }
  Status write(const Node& node);
  /// {1}: one number of a value.
  Made element(const std::string& name, const Made& from, std::int64_t index);

 private:
  Result<Made> convert(const Node& node, const Made& input);
  Made conv(const std::string& name, const Conv2d& op, Made input);
  Made dense(const std::string& name, const Dense& op, const Made& input);
  Made batch_norm(const std::string& name, const BatchNorm& op, const Made& input);
  Result<Made> pool(const std::string& name, const Pool2d& op, const Made& input);
  Made pairwise(const Node& node, const char* class_name);
  Made pad(const std::string& name, const Pad& op, Made input);
  Made slice(const std::string& name, const Slice& op, const Made& input);
  Made expand(const std::string& name, const Expand& op, const Made& input);
  Made activate(const std::string& name, const Activate& op, const Made& input);
  Made reshape(const std::string& name, const Shape& shape, const Made& input);
  Made affine(const std::string& name, const std::vector<float>& scale, const std::vector<float>& offset,
              const Made& input);
  Made zero_padding(const std::string& name, const Padding& padding, const Made& input);
  /// Elements [begin, end) of the flattened tensor's dimension of `size`, seen as {before, size, behind}.
  Made cropped(const std::string& name, const Made& input, std::int64_t before, std::int64_t size, std::int64_t begin,
               std::int64_t end);
  [[nodiscard]] std::vector<float> weight(WeightId id) const;
  [[nodiscard]] const Shape& weight_shape(WeightId id) const;

  const Network& network_;
  LayerWriter& writer_;
  std::vector<Made> made_;
};

}  // namespace pitlane::keras
