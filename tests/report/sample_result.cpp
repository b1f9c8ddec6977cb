#include "sample_result.h"

#include <cmath>
#include <numbers>

#include "pitlane/core/random.h"
#include "pitlane/study/provenance.h"

namespace pitlane {
namespace {

using std::numbers::pi;

struct Outline {
  const char* name;
  double radius_m, stretch, wobble;
  int lobes;
  bool held_out;
};

constexpr Outline kOutlines[] = {{"long_straight", 55, 2.2, 0.05, 2, false},
                                 {"s_bends", 50, 1.5, 0.16, 5, false},
                                 {"hairpins", 38, 1.3, 0.30, 3, false},
                                 {"mixed", 60, 1.7, 0.22, 4, true},
                                 {"simple_circuit", 70, 1.4, 0.18, 3, true}};

CircuitMap make_circuit(const Outline& shape) {
  CircuitMap map{.name = shape.name, .road_width_m = 3, .line = {}};
  for (int i = 0; i < 600; ++i) {
    const double t = 2 * pi * i / 600;
    const double r = shape.radius_m * (1 + shape.wobble * std::cos(shape.lobes * t + 0.7) + 0.04 * std::sin(7 * t));
    map.line.push_back({shape.stretch * r * std::cos(t), r * std::sin(t)});
  }
  return map;
}

EpisodeResult drive(CircuitMap map, bool reverse, double spread_m, double fraction, Random random) {
  if (reverse) map.line = {map.line.rbegin(), map.line.rend()};
  EpisodeResult out;
  const std::size_t n = map.line.size();
  const double phase = random.uniform(0, 2 * pi);
  double sum = 0, largest = 0;
  const auto steps = static_cast<std::size_t>(fraction * static_cast<double>(2 * n));
  for (std::size_t k = 0; k <= steps; ++k) {
    const auto& a = map.line[(k / 2) % n];
    const auto& b = map.line[(k / 2 + 1) % n];
    const double half = k % 2 ? 0.5 : 0;
    const double along = std::hypot(b.x_m - a.x_m, b.y_m - a.y_m);
    const double t = 2 * pi * static_cast<double>(k) / static_cast<double>(2 * n);
    double deviation =
        spread_m * (std::sin(11 * t + phase) + 0.6 * std::sin(29 * t + 2 * phase) + 0.2 * random.normal());
    if (fraction < 1) deviation += 3.2 * std::exp((static_cast<double>(k) - static_cast<double>(steps)) / 14);
    const double nx = -(b.y_m - a.y_m) / along, ny = (b.x_m - a.x_m) / along;
    out.distance_m += along / 2;
    out.trajectory.push_back({.time_s = 0.05 * static_cast<double>(k),
                              .pose = {a.x_m + half * (b.x_m - a.x_m) + deviation * nx,
                                       a.y_m + half * (b.y_m - a.y_m) + deviation * ny, std::atan2(ny, nx) - pi / 2},
                              .deviation_m = deviation,
                              .progress_m = out.distance_m,
                              .command = {8.5, 0.3 * std::sin(t)}});
    sum += std::abs(deviation);
    largest = std::max(largest, std::abs(deviation));
  }
  out.completed = fraction >= 1;
  out.end = out.completed ? EpisodeEnd::kCompleted : EpisodeEnd::kOffRoad;
  out.percentage_completed = 100 * fraction;
  out.simulated_s = 0.05 * static_cast<double>(steps);
  out.lap_time_s = out.completed ? out.simulated_s : 0;
  out.average_speed_mps = out.distance_m / out.simulated_s;
  const double mean = sum / static_cast<double>(steps + 1);
  out.deviation = {.mean = mean,
                   .rmse = 1.2 * mean,
                   .p95 = 2.2 * mean,
                   .max = largest,
                   .total = sum,
                   .bm_compat = std::pow(1000.0, mean)};
  out.frames_used = static_cast<int>(steps);
  // Each another number: what is stored or reported in another's place shall be noticed.
  out.circuit_length_m = out.distance_m / fraction;
  out.completed_distance_m = 0.99 * out.distance_m;
  out.effective_completed_distance_m = 0.9 * out.distance_m;
  out.off_road_s = 0.5;
  out.line_lost_s = 0.25;
  out.wrong_way_s = 0.125;
  out.collisions = 1;
  out.speed_mps = {6.75, 9.5};
  out.suddenness = {0.375, 0.0625};
  out.frame_age = {0.03, 0.06, 0.09};
  out.decisions_hz = 19.5;
  out.target_frequency_reached = 97.5;
  out.driving_score = 81.25;
  out.wall_s = out.simulated_s / 50;
  out.decide_s = {0.0004, 0.0005, 0.0003};
  return out;
}

std::vector<LapRow> drives(const std::vector<CircuitMap>& circuits, double spread_m, bool loses_laps,
                           std::uint64_t seed) {
  std::vector<LapRow> out;
  for (std::size_t c = 0; c < circuits.size(); ++c)
    for (const bool reverse : {false, true})
      for (const char* latency : {"none", "60ms"}) {
        const bool slow = latency[0] == '6';
        const bool lost = loses_laps && c == 2 && slow;
        out.push_back({.circuit = circuits[c].name,
                       .held_out = kOutlines[c].held_out,
                       .reverse = reverse,
                       .latency = latency,
                       .seed = 1,
                       .result = drive(circuits[c], reverse, spread_m * (slow ? 1.25 : 1), lost ? 0.61 : 1,
                                       Random::fork(seed, out.size()))});
      }
  return out;
}

void time_row(StrategyRow& row, double p50_ms, std::uint64_t seed) {
  Random random(seed);
  for (int i = 0; i < 1500; ++i)
    row.latency_samples_ms.push_back(p50_ms * (1 + 0.02 * std::abs(random.normal()) + (random.chance(0.02) ? 0.2 : 0)));
  row.latency_ms = {.min = p50_ms * 0.99,
                    .p50 = p50_ms,
                    .p90 = p50_ms * 1.05,
                    .p99 = p50_ms * 1.22,
                    .mean = p50_ms * 1.02,
                    .p50_low = p50_ms * 0.997,
                    .p50_high = p50_ms * 1.003,
                    .runs = 1500};
  row.frame_ms = row.latency_ms;
  for (double* ms : {&row.frame_ms.min, &row.frame_ms.p50, &row.frame_ms.p90, &row.frame_ms.p99, &row.frame_ms.mean,
                     &row.frame_ms.p50_low, &row.frame_ms.p50_high})
    *ms += 0.02;
}

LayerTime sample_layer(StepInfo::Owner owner, const char* name, const char* work, std::int64_t macs, double share) {
  LayerTime layer;
  layer.owner = owner;
  layer.name = name;
  layer.work = work;
  layer.macs = macs;
  layer.arithmetic = macs == 0 ? Arithmetic::kNone : Arithmetic::kI8;
  layer.weight_bytes = macs == 0 ? 0 : 20'000 + macs / 200;
  layer.activation_bytes = 30'000;
  layer.share = share;
  return layer;
}

LayerProfile sample_profile(const LatencySummary& whole_ms) {
  using Owner = StepInfo::Owner;
  LayerProfile profile;
  profile.layers = {sample_layer(Owner::kInput, "camera", "copy", 0, 0.02),
                    sample_layer(Owner::kLayer, "conv1", "conv int8", 5'647'000, 0.17),
                    sample_layer(Owner::kLayer, "conv2", "conv int8", 14'213'000, 0.48),
                    sample_layer(Owner::kLayer, "conv3", "border, conv int8", 4'752'000, 0.2),
                    sample_layer(Owner::kLayer, "dense1", "dense int8", 1'341'000, 0.12),
                    sample_layer(Owner::kOutput, "head", "output", 0, 0.01)};
  for (LayerTime& layer : profile.layers) {
    layer.p50_ms = layer.share * whole_ms.p50;
    layer.limit_ms = 0.7 * layer.p50_ms;
  }
  profile.sum_ms = profile.whole_ms.p50 = whole_ms.p50;
  profile.whole_ms.runs = 1500;
  profile.clock_reading_ms = 25e-6;
  profile.clock_readings = 12;
  profile.network_bytes = 1'900'000;
  return profile;
}

struct Recipe {
  const char *name, *summary, *recipe;
  std::int64_t size_bytes;
  double p50_ms, mse, spread_m, sparsity;
};

constexpr Recipe kRecipes[] = {
    {"baseline", "The network as it came", "fold_batch_norm", 6'431'232, 0.941, 0.00412, 0.085, 0},
    {"float16_quan", "Weights in half precision", "fold_batch_norm; half", 3'220'480, 0.948, 0.00412, 0.085, 0},
    {"dynamic_quan", "int8, ranges in each run", "fold_batch_norm; quantize_dynamic", 1'642'112, 0.402, 0.00415, 0.088,
     0},
    {"int_flt_quan", "int8, ranges from training data", "fold_batch_norm; quantize_static(512)", 1'641'856, 0.331,
     0.00417, 0.09, 0.0066},
    {"global_prune", "4 of 5 weights zero", "prune_global(0.8); fine_tune(2)", 2'010'624, 0.612, 0.00431, 0.1, 0.8},
    {"prune_quan", "pruned, then int8", "prune_global(0.8); fine_tune(2); quantize_static", 705'120, 0.297, 0.00447,
     0.14, 0.8}};

StrategyRow make_row(const Recipe& recipe, const std::vector<CircuitMap>& circuits, std::uint64_t seed) {
  StrategyRow row;
  row.strategy = recipe.name;
  row.summary = recipe.summary;
  row.recipe = recipe.recipe;
  row.file = std::string("networks/") + recipe.name + ".pit";
  row.network_hash = "0123456789abcdef0123456789abcde" + std::to_string(seed);
  row.size_bytes = recipe.size_bytes;
  row.sparsity = recipe.sparsity;
  row.accuracy = Accuracy{.mse = recipe.mse,
                          .mae = 0.041,
                          .outputs = {{"v", recipe.mse * 0.7, 0.03, 0.09}, {"w", recipe.mse * 1.3, 0.05, 0.12}},
                          .samples = 4821};
  if (seed > 0) row.agreement = Agreement{.mse = 1.3e-5 * static_cast<double>(seed), .max_abs = 0.02};
  if (recipe.sparsity > 0.1)
    row.fine_tuning = {{1, 0.1153, 0.1032, 14.2}, {2, 0.1101, 0.1013, 14.1}, {3, 0.1087, 0.1012, 14.0}};
  row.laps = drives(circuits, recipe.spread_m, seed == 5, 100 + seed);
  time_row(row, recipe.p50_ms, seed);
  row.layers = sample_profile(row.latency_ms);
  return row;
}

/// 27 students, nine of them taught longer, three to the end, two of these finished otherwise.
Search sample_search() {
  Search search;
  Random random(31);
  const int counts[] = {27, 9, 3, 2};
  for (int rung = 1; rung <= 4; ++rung)
    for (int i = 0; i < counts[rung - 1]; ++i) {
      SearchedStudent trial{.rung = rung, .student = "student-" + std::to_string(i + 1)};
      trial.latency_ms = 0.004 * std::exp(0.1 * i + 0.3 * random.uniform());
      trial.mse = (0.005 + 0.02 * std::exp(-rung)) * (1 + 0.5 * random.uniform());
      trial.size_bytes = 30'000 + 1'000 * i;
      if ((rung == 1 && i % 9 == 8) || (rung == 2 && i == 0)) trial.failure = "above --max-size";
      if (rung >= 3) trial.laps = 28, trial.laps_completed = i == 2 ? 20 : 28, trial.deviation_m = 0.11 + 0.01 * i;
      if (rung >= 3 && i < 2) trial.row = "auto-" + std::to_string(2 * (rung - 3) + i + 1);
      search.trials.push_back(trial);
    }
  return search;
}

}  // namespace

TuneResult sample_result() {
  TuneResult out;
  out.network_name = out.family = "pilotnet-torch";
  out.baseline_file = "examples/pilotnet.pit";
  for (const Outline& shape : kOutlines) out.circuits.push_back(make_circuit(shape));
  for (std::uint64_t i = 0; i < std::size(kRecipes); ++i) out.rows.push_back(make_row(kRecipes[i], out.circuits, i));
  StrategyRow failed;
  failed.strategy = "quan_aware";
  failed.failure = "fine-tuning diverged: the loss is not a number in epoch 2";
  out.rows.push_back(failed);
  for (int e = 1; e <= 40; ++e)
    out.training.push_back({e, 0.06 * std::exp(-e / 7.0) + 0.0036, 0.05 * std::exp(-e / 7.5) + 0.0041, 21.5});
  out.provenance = {{kProvenanceProcessor, "Example CPU @ 2.6 GHz"},
                    {kProvenanceCores, "2"},
                    {kProvenanceInstructionSet, "avx512vnni"},
                    {"threads", "1"},
                    {"seed", "1"},
                    {"data", "21 laps, 16,070 pictures"},
                    {"data hash", "a91f0c55d2"},
                    {"version", "0.1.0"},
                    {kProvenanceDate, "2026-01-31"}};
  out.search = sample_search();
  out.roofline.peaks = {{"f32", "AVX-512 FMA", 83e9}, {"int8", "AVX-512 VNNI", 166e9}};
  out.roofline.warm = {{16 << 10, 160e9}, {1 << 20, 80e9}, {16 << 20, 30e9}};
  out.command = "pitlane tune examples/pilotnet.pit --data data/f1 --strategy all --out out";
  out.notes = {"Fine-tuning was shortened to 2 epochs for this demonstration; leave out --quick for the full one."};
  return out;
}

}  // namespace pitlane
