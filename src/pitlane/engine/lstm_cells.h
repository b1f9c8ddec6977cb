// Finds the steps of LSTM cells among a network's plain operators, so that each can run in one go.
//
// Such a step: an Activate of a Slice of one value, the sums of the gates, for each gate; c = i * g, or i * g + f *
// before; h = o * Activate(c). Nobody else sees what lies between the sums and c and h, and nothing there is rounded to
// a grid. Where the sums are an Add for these gates alone, its two terms take their place.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane {

struct LstmNodes {
  std::string name;
  /// Indices into Network::nodes. All that the step reads is made before `cell`, the node of c.
  std::size_t cell = 0, hidden = 0;
  ValueId sums = -1, more_sums = -1;  ///< more_sums: -1, or to be added to `sums`
  ValueId before = -1;                ///< -1: the step begins at zeros
  std::size_t units = 0;
  /// Along the last dimension of the sums, where each gate's units begin.
  std::size_t input = 0, forget = 0, candidate = 0, output = 0;
  Activate gate, candidate_curve, shown;
};

struct LstmCells {
  static constexpr int kNone = -1, kInside = -2;
  std::vector<LstmNodes> cells;
  /// By node: its place in `cells` where it is the node of c, kInside where a cell computes it besides, else kNone.
  std::vector<int> of_node;

  [[nodiscard]] const LstmNodes* at(std::size_t node) const {
    return of_node[node] < 0 ? nullptr : &cells[static_cast<std::size_t>(of_node[node])];
  }
  [[nodiscard]] bool inside(std::size_t node) const { return of_node[node] == kInside; }
};

LstmCells find_lstm_cells(const Network& network);

}  // namespace pitlane
