// LSTM cells written out in plain operators: a network has no operator with a memory of its own, so that quantisation,
// training and export see ordinary layers (engine/lstm_cells.h finds them again). Memory between runs is
// Network::states; memory within one run is unrolled.
#pragma once

#include <optional>
#include <string>

#include "pitlane/network/builder.h"

namespace pitlane {

/// Where each gate's outputs stand among the four equal parts that the cell's layers make. Keras and torch.nn.LSTM use
/// the default; the ConvLSTM that DeepLearningStudio's PyTorch networks share has {0, 1, 3, 2}.
struct GateOrder {
  int input = 0, forget = 1, cell = 2, output = 3;
};

/// Hochreiter and Schmidhuber, "Long short-term memory", 1997, with forget gate; convolutional as in Shi et al.,
/// "Convolutional LSTM network", 2015 (without peepholes, as Keras).
struct LstmCell {
  Op input;                     ///< Dense or Conv2d, 4 * units outputs, no activation
  std::optional<Op> recurrent;  ///< the same over the hidden state; empty: the cell only ever sees its first step
  GateOrder order;
  Activate gate = {Activation::kSigmoid};
  Activate activation = {Activation::kTanh};
};

/// Hidden and cell state; -1 stands for zeros.
struct LstmState {
  ValueId hidden = -1, cell = -1;
};

/// Appends c = f * c + i * g and h = o * activation(c), where g = activation(...), in nodes named after `name`.
/// Where `before` is zeros, what would be multiplied by it is left out: the result is the same.
LstmState add_lstm_step(NetworkBuilder& builder, const std::string& name, const LstmCell& cell, ValueId input,
                        const LstmState& before);

}  // namespace pitlane
