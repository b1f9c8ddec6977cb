// Fresh networks whose answers say something: for tests and benchmarks that compare two ways to compute them.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane::testing {

/// A fresh PilotNet's head is almost silent: whatever the layers before it compute, the answer is its bias. A trained
/// head is about as loud as this one, thirty times the fresh one.
inline Network with_loud_head(Network network) {
  Weight& head = network.weights[static_cast<std::size_t>(std::get<Dense>(network.nodes.back().op).weight)];
  std::vector<float> loud = decode_f32(head);
  for (float& v : loud) v *= 30;
  head = make_f32_weight(head.name, head.shape, std::move(loud));
  return network;
}

/// Whether the answers to different pictures stay clear, in each output, of the bias that a fresh head has and of each
/// other. Where they do not, a comparison of answers would overlook any fault of the layers before the head.
inline bool lively(const std::vector<std::vector<float>>& answers) {
  constexpr float kBias = 0.5F, kClear = 0.05F;
  for (std::size_t a = 0; a < answers.size(); ++a)
    for (std::size_t i = 0; i < answers[a].size(); ++i) {
      if (!(std::abs(answers[a][i] - kBias) > kClear)) return false;
      for (std::size_t b = 0; b < a; ++b)
        if (!(std::abs(answers[a][i] - answers[b][i]) > kClear)) return false;
    }
  return answers.size() > 1;
}

}  // namespace pitlane::testing
