#include "pitlane/measure/replay.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "pitlane/core/joined.h"
#include "pitlane/data/labels.h"
#include "pitlane/measure/percentile.h"

namespace pitlane {
namespace {

std::string names_of(const std::vector<OutputSpec>& outputs) {
  std::vector<std::string> names;
  for (const OutputSpec& output : outputs) names.push_back(output.name);
  return joined(names);
}

/// Positions of one output in both networks' answers.
using Pair = std::pair<std::size_t, std::size_t>;

Result<std::vector<Pair>> matched(const std::vector<OutputSpec>& a, const std::vector<OutputSpec>& b) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto other = std::ranges::find(b, a[i].name, &OutputSpec::name);
    if (other == b.end()) continue;
    if (other->unit != a[i].unit)
      return invalid_argument("output '" + a[i].name + "' is in '" + a[i].unit + "' in the first network and in '" +
                              other->unit + "' in the second; they cannot be compared");
    pairs.emplace_back(i, static_cast<std::size_t>(other - b.begin()));
  }
  if (pairs.empty())
    return invalid_argument("the networks have no output in common: the first says " + names_of(a) + ", the second " +
                            names_of(b));
  return pairs;
}

double answer(const ReplaySide& side, std::size_t frame, std::size_t output) {
  return physical(side.outputs[output], side.answers.values[frame * side.outputs.size() + output]);
}

void add_frames(const ReplaySide& a, const ReplaySide& b, const std::vector<Pair>& pairs, Replay& replay) {
  for (std::size_t i = 0, j = 0; i < a.rows.size() && j < b.rows.size();) {
    if (a.rows[i] != b.rows[j]) {
      ++(a.rows[i] < b.rows[j] ? i : j);
      continue;
    }
    FrameDifference frame;
    frame.row = a.rows[i];
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      frame.a.push_back(answer(a, i, pairs[k].first));
      frame.b.push_back(answer(b, j, pairs[k].second));
      frame.share = std::max(frame.share, std::abs(frame.a[k] - frame.b[k]) / replay.outputs[k].range);
    }
    replay.frames.push_back(std::move(frame));
    ++i, ++j;
  }
}

void summarise(Replay& replay, std::size_t output) {
  constexpr double kP95 = 0.95;
  OutputDifference& summary = replay.outputs[output];
  std::vector<double> differences;
  for (const FrameDifference& frame : replay.frames) {
    const double difference = std::abs(frame.a[output] - frame.b[output]);
    if (differences.empty() || difference > summary.largest) {
      summary.largest = difference;
      summary.worst_row = frame.row;
    }
    differences.push_back(difference);
  }
  summary.mean = std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(differences.size());
  std::ranges::sort(differences);
  summary.p95 = percentile(differences, kP95);
}

}  // namespace

Result<Replay> compare_replay(const ReplaySide& a, const ReplaySide& b) {
  PITLANE_TRY(const std::vector<Pair> pairs, matched(a.outputs, b.outputs));
  Replay replay;
  for (const auto& [first, second] : pairs) {
    const OutputSpec& output = a.outputs[first];
    OutputDifference summary;
    summary.name = output.name;
    summary.unit = output.unit;
    summary.low = output.low;
    summary.range = static_cast<double>(output.high) - static_cast<double>(output.low);
    replay.outputs.push_back(std::move(summary));
  }
  add_frames(a, b, pairs, replay);
  if (replay.frames.empty()) return invalid_argument("no frame that both networks could be shown");
  for (std::size_t k = 0; k < replay.outputs.size(); ++k) summarise(replay, k);
  return replay;
}

std::vector<std::size_t> worst_frames(const Replay& replay, std::size_t count, std::size_t apart) {
  std::vector<std::size_t> order(replay.frames.size()), chosen;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return replay.frames[i].share; });
  for (const std::size_t i : order) {
    if (chosen.size() == count || replay.frames[i].share <= 0) break;
    const bool near = std::ranges::any_of(chosen, [&](std::size_t j) { return (i > j ? i - j : j - i) < apart; });
    if (!near) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace pitlane
