// Turns one layer after another into nodes of a network.
#pragma once

#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/pytorch/architecture.h"
#include "pitlane/formats/pytorch/feature_order.h"
#include "pitlane/formats/pytorch/weight_source.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/recurrent.h"

namespace pitlane {

/// What flows from layer to layer; `order` is of vectors only.
struct Flow {
  ValueId value = -1;
  FeatureOrder order;
};

class LayerBuilder {
 public:
  LayerBuilder(NetworkBuilder& builder, WeightSource& weights) : builder_(builder), weights_(weights) {}

  /// `fused`: an activation of the next layer that convolutions and linear layers apply themselves.
  Result<Flow> add(const Layer& layer, const std::vector<Flow>& inputs, Activation fused);

 private:
  using Inputs = std::vector<Flow>;
  Result<Flow> conv(const Layer& layer, const Inputs& inputs);
  Result<Flow> linear(const Layer& layer, const Inputs& inputs);
  Result<Flow> embedding(const Layer& layer, const Inputs& inputs);
  Result<Flow> batch_norm(const Layer& layer, const Inputs& inputs);
  Result<Flow> activation(const Layer& layer, const Inputs& inputs);
  Result<Flow> softmax(const Layer& layer, const Inputs& inputs);
  Result<Flow> clamp(const Layer& layer, const Inputs& inputs);
  Result<Flow> max_pool(const Layer& layer, const Inputs& inputs);
  Result<Flow> average_pool(const Layer& layer, const Inputs& inputs);
  Result<Flow> global_average_pool(const Layer& layer, const Inputs& inputs);
  Result<Flow> flatten(const Layer& layer, const Inputs& inputs);
  Result<Flow> dropout(const Layer& layer, const Inputs& inputs);
  Result<Flow> concat(const Layer& layer, const Inputs& inputs);
  Result<Flow> add_up(const Layer& layer, const Inputs& inputs);
  Result<Flow> multiply(const Layer& layer, const Inputs& inputs);
  Result<Flow> lstm(const Layer& layer, const Inputs& inputs);
  Result<Flow> conv_lstm(const Layer& layer, const Inputs& inputs);

  Result<ValueId> node(const std::string& name, Op op, std::vector<ValueId> inputs);
  Result<Flow> elementwise(const Layer& layer, Op op, const Inputs& inputs);
  Result<ValueId> affine(const std::string& name, ValueId input, float factor, float offset);
  Result<WeightId> bias(const Layer& layer, std::int64_t size);
  Result<std::vector<float>> channel_vector(const Layer& layer, const char* part, const Flow& input, float otherwise);
  Result<Dense> lstm_part(const Layer& layer, const std::string& part, const FeatureOrder& order, std::int64_t inputs);
  Result<ValueId> lstm_cell(const Layer& layer, int index, const Flow& input);
  Result<ValueId> conv_lstm_cell(const Layer& layer, int index, ValueId input);
  ValueId step(const Layer& layer, const std::string& name, const LstmCell& cell, ValueId input, const Shape& state);
  [[nodiscard]] const Shape& shape(const Flow& flow) const { return builder_.shape(flow.value); }

  NetworkBuilder& builder_;
  WeightSource& weights_;
  Activation fused_ = Activation::kNone;
};

}  // namespace pitlane
