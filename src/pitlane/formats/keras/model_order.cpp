#include "pitlane/formats/keras/model_order.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace pitlane::keras {
namespace {

using LayerInputs = std::map<std::string, std::vector<std::string>>;

/// Depth first, each layer once; without recursion, since layers may be chained by the thousand.
class Walk {
 public:
  Walk(const LayerInputs& inputs, const std::vector<std::string>& outputs) : inputs_(inputs) {
    for (const std::string& output : outputs) from(output);
  }

  /// By layer: how many were met before it.
  [[nodiscard]] const std::map<std::string, std::size_t>& met() const { return met_; }
  /// Each behind all that it reads.
  [[nodiscard]] const std::vector<std::string>& finished() const { return finished_; }

 private:
  struct Step {
    const std::string& layer;
    const std::vector<std::string>& inputs;
    std::size_t next = 0;
  };

  void from(const std::string& output) {
    std::vector<Step> open;
    const auto visit = [&](const std::string& layer) {
      const auto known = inputs_.find(layer);
      if (known != inputs_.end() && met_.emplace(layer, met_.size()).second)
        open.push_back({known->first, known->second});
    };
    visit(output);
    while (!open.empty()) {
      Step& step = open.back();
      if (step.next < step.inputs.size()) {
        visit(step.inputs[step.next++]);
      } else {
        finished_.push_back(step.layer);
        open.pop_back();
      }
    }
  }

  const LayerInputs& inputs_;
  std::map<std::string, std::size_t> met_;
  std::vector<std::string> finished_;
};

}  // namespace

std::vector<std::string> model_order(const LayerInputs& inputs, const std::vector<std::string>& outputs) {
  const Walk walk(inputs, outputs);
  std::map<std::string, std::ptrdiff_t> depth;  // of the longest way to an output
  for (std::size_t i = walk.finished().size(); i-- > 0;) {
    const std::string& layer = walk.finished()[i];
    for (const std::string& input : inputs.at(layer)) depth[input] = std::max(depth[input], depth[layer] + 1);
  }
  const auto place = [&](const std::string& layer) {
    const auto met = walk.met().find(layer);
    const bool unused = met == walk.met().end();
    return std::tuple(unused, unused ? 0 : -depth[layer], unused ? 0 : met->second);
  };
  std::vector<std::string> order;
  for (const auto& [layer, read] : inputs) order.push_back(layer);
  std::ranges::stable_sort(order, [&](const std::string& a, const std::string& b) { return place(a) < place(b); });
  return order;
}

}  // namespace pitlane::keras
