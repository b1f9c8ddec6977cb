// Everything `tune` found out: what the report draws, the recommendation weighs and the files hold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/measure/accuracy.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/latency.h"
#include "pitlane/measure/layer_profile.h"
#include "pitlane/train/epoch_record.h"

namespace pitlane {

/// One drive of one network.
struct LapRow {
  std::string circuit;
  bool held_out = false;  ///< the network was neither trained nor tuned on this circuit
  bool reverse = false;
  std::string latency;  ///< "none", "60ms", ...
  std::uint64_t seed = 1;
  EpisodeResult result;
};

/// One strategy's outcome. A failed row keeps its place in the table.
struct StrategyRow {
  std::string strategy;
  std::string summary;
  std::string recipe;
  bool student = false;                ///< a network of another shape that learned from the baseline
  std::optional<std::string> failure;  ///< one line; but for the next, nothing below is set then
  bool inapplicable = false;           ///< of a failure: the strategy has no meaning for this network
  std::string file;                    ///< relative to the output directory
  std::string network_hash;
  std::int64_t size_bytes = 0;
  /// Under a budget of accuracy: which layers are not pruned, clustered or shrunk, and which are back in floats or 8
  /// bits, and why, and what that weighs; a sentence each.
  std::vector<std::string> put_back;
  /// Under a budget of accuracy: where each limit stands, as HeldBudget::standing.
  std::string standing;
  double sparsity = 0;                 ///< share of zero weights, 0..1
  std::optional<Accuracy> accuracy;    ///< on validation data; empty without data
  std::optional<Agreement> agreement;  ///< with the baseline, same data
  std::vector<EpochRecord> fine_tuning;
  std::vector<LapRow> laps;  ///< empty where not driven; `why_not_driven` says why
  std::string why_not_driven;
  /// What the network took from frame to command on this machine, as its laps under measured latency draw it; of the
  /// run that drove them. Empty where none was measured.
  std::vector<double> decide_s;
  // Wall clock:
  LatencySummary latency_ms;               ///< engine, bytes of the picture in, outputs out, one core
  std::vector<double> latency_samples_ms;  ///< at most 2,000, for the histogram
  LatencySummary frame_ms;                 ///< from a camera's frame to named outputs; no runs: not timed
  std::optional<LayerProfile> layers;      ///< where that time goes
};

/// Published figures for the same recipe, shown beside ours (docs/published.md).
struct PublishedRow {
  std::string framework;  ///< "TensorFlow", "PyTorch"
  std::string strategy;
  double size_mib = 0, mse = 0, inference_ms = 0;
  std::string defect;  ///< why the number should not be trusted, may be empty
};

/// What the user insists on; all optional.
struct Constraints {
  std::optional<double> max_latency_ms;  ///< p50
  std::optional<double> max_size_bytes;
  std::optional<double> max_deviation_m;   ///< mean deviation on the worst circuit driven
  std::optional<double> max_mse_increase;  ///< relative to the baseline: 0.03 = 3 %
};

struct Recommendation {
  std::optional<std::string> strategy;  ///< empty when nothing satisfies the constraints
  std::vector<std::string>
      reasons;          ///< sentences for people; when empty-handed: which constraint fails and by how much
  std::string closest;  ///< strategy that came nearest, when empty-handed
};

struct CircuitMap {
  std::string name;
  double road_width_m = 3;
  std::vector<ReferenceLine::Point> line;  ///< thinned for drawing; widths as of a ReferenceLine
};

/// The rungs of a search, from 1: three that teach, and one that finishes in other ways.
inline constexpr int kSearchRungs = 4;

/// What a search came to with one student on one of its rungs (search/halving.h).
struct SearchedStudent {
  int rung = 1;              ///< from 1; each teaches longer than the one before, the last finishes in other ways
  std::string student = {};  ///< which one, and how it is finished
  double latency_ms = 0;
  double mse = 0;  ///< of validation data; 0 where it was not taught
  std::int64_t size_bytes = 0;
  int laps = 0, laps_completed = 0;  ///< on tuning circuits
  double deviation_m = 0;            ///< largest mean of these laps
  int laps_lost = 0;                 ///< of those that the baseline completes
  double excess_m = 0;  ///< of the latency at which it is most: how far the largest mean is above the baseline's
  std::optional<std::string> failure = {};
  std::string row = {};  ///< the table's, where it became one
};

struct Search {
  std::vector<SearchedStudent> trials;  ///< in the order in which they were judged
  std::optional<std::string> why_none;  ///< no student was found
};

struct TuneResult {
  std::string network_name;
  std::string family;  ///< what the baseline says it is ("pilotnet-torch"); may be empty
  std::string baseline_file;
  std::vector<StrategyRow> rows;  ///< rows[0] is the baseline
  std::vector<CircuitMap> circuits;
  Constraints constraints;
  Recommendation recommendation;
  std::vector<EpochRecord> training;              ///< of the baseline, when known
  std::map<std::string, std::string> provenance;  ///< machine, ISA, threads, seed, data hash, version, ...
  std::string command;                            ///< makes all of this again
  std::optional<Search> search;                   ///< where there was one
  Roofline roofline;                              ///< of this machine; wall clock; empty where no row was timed
  std::vector<std::string> notes;                 ///< what the reader must know: shortened fine-tuning, no track, ...
};

/// Where all laps were driven and completed.
bool completes_all(const StrategyRow& row);
/// Largest of the laps' mean deviations, metres; 0 without laps.
double worst_mean_deviation_m(const StrategyRow& row);
/// Largest deviation in any lap, metres; 0 without laps.
double worst_deviation_m(const StrategyRow& row);
int laps_completed(const StrategyRow& row);
/// 0.03 = 3 % above the baseline's; 0 where either was not judged offline; infinite above a baseline of 0.
double relative_mse(const StrategyRow& row, const StrategyRow& baseline);

}  // namespace pitlane
