#include "pitlane/study/tune_json.h"

#include <algorithm>
#include <utility>

#include "pitlane/study/episode_json.h"
#include "pitlane/study/stored_json.h"

namespace pitlane {
namespace {

constexpr int kVersion = 1;

template <typename Value, typename Write>
void put_if(Json& object, const char* key, const std::optional<Value>& value, Write write) {
  if (value) object[key] = write(*value);
}

template <typename Read>
auto read_if(const JsonCursor& at, const char* key, Read read) -> std::optional<decltype(read(at))> {
  if (!at.has(key)) return std::nullopt;
  return read(at[key]);
}

double read_number(const JsonCursor& at) { return at.number(); }

// --- a drive -------------------------------------------------------------------------------------------------------

Json write_lap(const LapRow& lap) {
  return {{"circuit", lap.circuit}, {"held_out", lap.held_out}, {"reverse", lap.reverse},
          {"latency", lap.latency}, {"seed", lap.seed},         {"result", write_episode(lap.result)}};
}

LapRow read_lap(const JsonCursor& at) {
  LapRow lap;
  lap.circuit = at["circuit"].text();
  lap.held_out = at["held_out"].boolean();
  lap.reverse = at["reverse"].boolean();
  lap.latency = at["latency"].text();
  lap.seed = at["seed"].integer<std::uint64_t>();
  lap.result = read_episode(at["result"]);
  return lap;
}

// --- a strategy ----------------------------------------------------------------------------------------------------

Json write_output(const OutputAccuracy& o) {
  return {
      {"name", o.name}, {"mse", real(o.mse)}, {"mae", real(o.mae)}, {"mse_over_variance", real(o.mse_over_variance)}};
}

OutputAccuracy read_output(const JsonCursor& at) {
  return {.name = at["name"].text(),
          .mse = at["mse"].number(),
          .mae = at["mae"].number(),
          .mse_over_variance = at["mse_over_variance"].number()};
}

Json write_accuracy(const Accuracy& a) {
  return {
      {"mse", real(a.mse)}, {"mae", real(a.mae)}, {"outputs", list(a.outputs, write_output)}, {"samples", a.samples}};
}

Accuracy read_accuracy(const JsonCursor& at) {
  Accuracy a;
  a.mse = at["mse"].number();
  a.mae = at["mae"].number();
  a.outputs = at["outputs"].list(read_output);
  a.samples = at["samples"].integer<std::int64_t>();
  return a;
}

Json write_agreement(const Agreement& a) { return {{"mse", real(a.mse)}, {"max_abs", real(a.max_abs)}}; }

Agreement read_agreement(const JsonCursor& at) {
  return {.mse = at["mse"].number(), .max_abs = at["max_abs"].number()};
}

Json write_epoch(const EpochRecord& e) {
  return {{"epoch", e.epoch},
          {"train_loss", real(e.train_loss)},
          {"validation_loss", real(e.validation_loss)},
          {"seconds", real(e.seconds)}};
}

EpochRecord read_epoch(const JsonCursor& at) {
  return {.epoch = at["epoch"].integer<int>(),
          .train_loss = at["train_loss"].number(),
          .validation_loss = at["validation_loss"].number(),
          .seconds = at["seconds"].number()};
}

Json write_latency(const LatencySummary& l) {
  return {{"min", real(l.min)},   {"p50", real(l.p50)},         {"p90", real(l.p90)},           {"p99", real(l.p99)},
          {"mean", real(l.mean)}, {"p50_low", real(l.p50_low)}, {"p50_high", real(l.p50_high)}, {"runs", l.runs}};
}

LatencySummary read_latency(const JsonCursor& at) {
  return {.min = at["min"].number(),
          .p50 = at["p50"].number(),
          .p90 = at["p90"].number(),
          .p99 = at["p99"].number(),
          .mean = at["mean"].number(),
          .p50_low = at["p50_low"].number(),
          .p50_high = at["p50_high"].number(),
          .runs = at["runs"].integer<std::int64_t>()};
}

Json write_layer(const LayerTime& l) {
  return {{"owner", static_cast<int>(l.owner)},
          {"name", l.name},
          {"work", l.work},
          {"arithmetic", static_cast<int>(l.arithmetic)},
          {"macs", l.macs},
          {"weight_bytes", l.weight_bytes},
          {"activation_bytes", l.activation_bytes},
          {"p50_ms", real(l.p50_ms)},
          {"share", real(l.share)},
          {"limit_ms", real(l.limit_ms)}};
}

/// One of the enumerators 0 .. last.
template <typename Enum>
Enum read_enum(const JsonCursor& at, Enum last) {
  const int value = at.integer<int>();
  if (value >= 0 && value <= static_cast<int>(last)) return static_cast<Enum>(value);
  at.fail("unknown number " + std::to_string(value));
  return Enum{};
}

LayerTime read_layer(const JsonCursor& at) {
  return {.owner = read_enum(at["owner"], StepInfo::Owner::kState),
          .name = at["name"].text(),
          .work = at["work"].text(),
          .arithmetic = read_enum(at["arithmetic"], Arithmetic::kBf16),
          .macs = at["macs"].integer<std::int64_t>(),
          .weight_bytes = at["weight_bytes"].integer<std::int64_t>(),
          .activation_bytes = at["activation_bytes"].integer<std::int64_t>(),
          .p50_ms = at["p50_ms"].number(),
          .share = at["share"].number(),
          .limit_ms = at["limit_ms"].number()};
}

Json write_profile(const LayerProfile& p) {
  return {{"layers", list(p.layers, write_layer)}, {"sum_ms", real(p.sum_ms)},
          {"whole_ms", write_latency(p.whole_ms)}, {"clock_reading_ms", real(p.clock_reading_ms)},
          {"clock_readings", p.clock_readings},    {"network_bytes", p.network_bytes}};
}

LayerProfile read_profile(const JsonCursor& at) {
  return {.layers = at["layers"].list(read_layer),
          .sum_ms = at["sum_ms"].number(),
          .whole_ms = read_latency(at["whole_ms"]),
          .clock_reading_ms = at["clock_reading_ms"].number(),
          .clock_readings = at["clock_readings"].integer<std::int64_t>(),
          .network_bytes = at["network_bytes"].integer<std::int64_t>()};
}

Json write_row(const StrategyRow& row) {
  Json out{{"version", kVersion},
           {"strategy", row.strategy},
           {"summary", row.summary},
           {"recipe", row.recipe},
           {"student", row.student},
           {"file", row.file},
           {"network_hash", row.network_hash},
           {"size_bytes", row.size_bytes},
           {"sparsity", real(row.sparsity)},
           {"standing", row.standing},
           {"put_back", list(row.put_back, [](const std::string& text) { return Json(text); })},
           {"fine_tuning", list(row.fine_tuning, write_epoch)},
           {"laps", list(row.laps, write_lap)},
           {"why_not_driven", row.why_not_driven},
           {"latency_ms", write_latency(row.latency_ms)},
           {"frame_ms", write_latency(row.frame_ms)},
           {"latency_samples_ms", reals(row.latency_samples_ms)}};
  if (!row.decide_s.empty()) out["decide_s"] = reals(row.decide_s);
  put_if(out, "failure", row.failure, [](const std::string& text) { return text; });
  put_if(out, "accuracy", row.accuracy, write_accuracy);
  put_if(out, "agreement", row.agreement, write_agreement);
  put_if(out, "layers", row.layers, write_profile);
  return out;
}

void check_version(const JsonCursor& at) {
  const int version = at["version"].integer<int>();
  if (version > kVersion)
    at["version"].fail("written by a newer pitlane (format " + std::to_string(version) + ", this one reads up to " +
                       std::to_string(kVersion) + "); update it, or delete the stored results");
}

StrategyRow read_row(const JsonCursor& at) {
  check_version(at);
  StrategyRow row;
  row.strategy = at["strategy"].text();
  row.summary = at["summary"].text();
  row.recipe = at["recipe"].text();
  row.student = at["student"].boolean();
  row.failure = read_if(at, "failure", [](const JsonCursor& c) { return c.text(); });
  row.file = at["file"].text();
  row.network_hash = at["network_hash"].text();
  row.size_bytes = at["size_bytes"].integer<std::int64_t>();
  row.sparsity = at["sparsity"].number();
  row.standing = at["standing"].text();
  row.put_back = at["put_back"].list([](const JsonCursor& c) { return c.text(); });
  row.accuracy = read_if(at, "accuracy", read_accuracy);
  row.agreement = read_if(at, "agreement", read_agreement);
  row.fine_tuning = at["fine_tuning"].list(read_epoch);
  row.laps = at["laps"].list(read_lap);
  row.why_not_driven = at["why_not_driven"].text();
  if (at.has("decide_s")) row.decide_s = read_reals(at["decide_s"]);
  row.latency_ms = read_latency(at["latency_ms"]);
  if (at.has("frame_ms")) row.frame_ms = read_latency(at["frame_ms"]);  // rows of before it was timed have none
  row.latency_samples_ms = read_reals(at["latency_samples_ms"]);
  row.layers = read_if(at, "layers", read_profile);
  return row;
}

// --- the whole -----------------------------------------------------------------------------------------------------

Json write_map(const CircuitMap& map) {
  Json out{{"name", map.name},
           {"road_width_m", real(map.road_width_m)},
           {"line", list(map.line, [](const ReferenceLine::Point& p) {
              return reals({p.x_m, p.y_m});
            })}};
  const auto own = [](const ReferenceLine::Point& p) { return p.width_m != 0; };
  if (std::any_of(map.line.begin(), map.line.end(), own))
    out["widths_m"] = list(map.line, [](const ReferenceLine::Point& p) { return real(p.width_m); });
  return out;
}

CircuitMap read_map(const JsonCursor& at) {
  CircuitMap map;
  map.name = at["name"].text();
  map.road_width_m = at["road_width_m"].number();
  map.line = at["line"].list([](const JsonCursor& item) {
    const std::vector<double> v = item.numbers(2);
    return ReferenceLine::Point{v[0], v[1]};
  });
  if (!at.has("widths_m")) return map;
  const std::vector<double> widths_m = at["widths_m"].numbers(map.line.size());
  for (std::size_t i = 0; i < widths_m.size(); ++i) map.line[i].width_m = widths_m[i];
  return map;
}

Json write_constraints(const Constraints& c) {
  Json out = Json::object();
  put_if(out, "max_latency_ms", c.max_latency_ms, real);
  put_if(out, "max_size_bytes", c.max_size_bytes, real);
  put_if(out, "max_deviation_m", c.max_deviation_m, real);
  put_if(out, "max_mse_increase", c.max_mse_increase, real);
  return out;
}

Constraints read_constraints(const JsonCursor& at) {
  return {.max_latency_ms = read_if(at, "max_latency_ms", read_number),
          .max_size_bytes = read_if(at, "max_size_bytes", read_number),
          .max_deviation_m = read_if(at, "max_deviation_m", read_number),
          .max_mse_increase = read_if(at, "max_mse_increase", read_number)};
}

Json write_recommendation(const Recommendation& r) {
  Json out{{"reasons", r.reasons}, {"closest", r.closest}};
  put_if(out, "strategy", r.strategy, [](const std::string& text) { return text; });
  return out;
}

Recommendation read_recommendation(const JsonCursor& at) {
  Recommendation r;
  r.strategy = read_if(at, "strategy", [](const JsonCursor& c) { return c.text(); });
  r.reasons = read_texts(at["reasons"]);
  r.closest = at["closest"].text();
  return r;
}

Json write_roofline(const Roofline& r) {
  const auto peak = [](const ArithmeticPeak& p) {
    return Json{{"type", p.type}, {"instructions", p.instructions}, {"macs_per_s", real(p.macs_per_s)}};
  };
  const auto read = [](const ReadBandwidth& b) {
    return Json{{"bytes", b.bytes}, {"bytes_per_s", real(b.bytes_per_s)}};
  };
  return {{"peaks", list(r.peaks, peak)}, {"warm", list(r.warm, read)}, {"evicted", list(r.evicted, read)}};
}

Roofline read_roofline(const JsonCursor& at) {
  const auto peak = [](const JsonCursor& c) {
    return ArithmeticPeak{c["type"].text(), c["instructions"].text(), c["macs_per_s"].number()};
  };
  const auto read = [](const JsonCursor& c) {
    return ReadBandwidth{c["bytes"].integer<std::int64_t>(), c["bytes_per_s"].number()};
  };
  return {.peaks = at["peaks"].list(peak), .warm = at["warm"].list(read), .evicted = at["evicted"].list(read)};
}

TuneResult read_result(const JsonCursor& at) {
  check_version(at);
  TuneResult result;
  result.network_name = at["network_name"].text();
  if (at.has("family")) result.family = at["family"].text();
  result.baseline_file = at["baseline_file"].text();
  result.rows = at["rows"].list(read_row);
  result.circuits = at["circuits"].list(read_map);
  result.constraints = read_constraints(at["constraints"]);
  result.recommendation = read_recommendation(at["recommendation"]);
  result.training = at["training"].list(read_epoch);
  if (at.has("roofline")) result.roofline = read_roofline(at["roofline"]);
  at["provenance"].each_member(
      [&](const std::string& key, const JsonCursor& value) { result.provenance[key] = value.text(); });
  result.command = at["command"].text();
  result.notes = read_texts(at["notes"]);
  return result;
}

}  // namespace

std::string to_json(const StrategyRow& row) { return stored_text(write_row(row)); }

std::string to_json(const TuneResult& result) {
  return stored_text({{"version", kVersion},
                      {"network_name", result.network_name},
                      {"family", result.family},
                      {"baseline_file", result.baseline_file},
                      {"rows", list(result.rows, write_row)},
                      {"circuits", list(result.circuits, write_map)},
                      {"constraints", write_constraints(result.constraints)},
                      {"recommendation", write_recommendation(result.recommendation)},
                      {"training", list(result.training, write_epoch)},
                      {"roofline", write_roofline(result.roofline)},
                      {"provenance", Json(result.provenance)},
                      {"command", result.command},
                      {"notes", result.notes}});
}

Result<StrategyRow> strategy_row_from_json(std::string_view text) {
  return from_stored_text<StrategyRow>(text, read_row);
}

Result<TuneResult> tune_result_from_json(std::string_view text) {
  return from_stored_text<TuneResult>(text, read_result);
}

}  // namespace pitlane
