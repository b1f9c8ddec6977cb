// Finds the steps of LSTM cells among a network's plain operators, so that each can run in one go.
//
// Such a step: of one value, the sums of the gates, a Slice and an Activate for each gate, sigmoid or hard sigmoid, and
// tanh for the candidate g; c = i * g, or i * g + f * before; h = o * tanh(c). Nobody else sees what lies between the
// sums and c and h, and nothing there is rounded to a grid. Where the sums are an Add for these gates alone, its two
// terms take their place.
#pragma once

#include <cstddef>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

/// A step of a cell, beside the node that makes its c. All that the step reads is made before that node.
struct LstmNodes {
  std::size_t hidden = 0;             ///< the node that makes h: index into Network::nodes
  ValueId sums = -1, more_sums = -1;  ///< more_sums: -1, or to be added to `sums`
  ValueId before = -1;                ///< -1: the step begins at zeros
  int units = 0;
  /// Along the last dimension of the sums, where each gate's units begin.
  int input = 0, forget = 0, candidate = 0, output = 0;
  Activate gate;  ///< sigmoid or hard sigmoid, of all gates
};

class LstmCells {
 public:
  explicit LstmCells(std::size_t nodes) : steps_(nodes), inside_(nodes) {}

  /// Where `node` makes c, else null.
  [[nodiscard]] const LstmNodes* at(std::size_t node) const { return steps_[node].sums < 0 ? nullptr : &steps_[node]; }
  /// Whether a cell makes what this node would, and nobody else reads it but for h.
  [[nodiscard]] bool inside(std::size_t node) const { return inside_[node] != 0; }

  void set_step(std::size_t node, const LstmNodes& step) { steps_[node] = step; }
  void set_inside(std::size_t node) { inside_[node] = 1; }

 private:
  std::vector<LstmNodes> steps_;  // by node
  std::vector<char> inside_;      // by node
};

LstmCells find_lstm_cells(const Network& network);

}  // namespace pitlane
