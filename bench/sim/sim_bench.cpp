// Usage: sim_bench MODEL.pit [CIRCUIT ...]
//
// For each circuit (all of our own): the camera's picture as the model wants it, after a check that it has the bits of
// preprocessing the whole frame, during laps and at poses all over the circuit in turn (so that what a picture reads is
// in no near cache); and the pace of closed-loop laps on one core, in simulated seconds per second.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/driver/preprocess.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/episode.h"
#include "pitlane/measure/latency.h"
#include "pitlane/measure/network_controller.h"
#include "pitlane/network/pit_file.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/sim_world.h"

namespace pitlane::bench {
namespace {

constexpr int kPoses = 40;  // along the lap, each a little beside the line
constexpr int kEpisodes = 5;

Pose beside(const Circuit& circuit, int index) {
  const auto& line = circuit.centre_line();
  const auto at = static_cast<std::size_t>(index) * line.size() / kPoses;
  const auto &a = line[at], &b = line[(at + 1) % line.size()];
  const double heading = std::atan2(b.y_m - a.y_m, b.x_m - a.x_m), side = 0.1 * (index % 5 - 2);
  return {a.x_m - side * std::sin(heading), a.y_m + side * std::cos(heading), heading + 0.02 * (index % 7 - 3)};
}

Result<std::vector<std::uint8_t>> picture(SimWorld& world, FrameResizer& resizer) {
  PITLANE_TRY(const Observation seen, world.observe());
  std::vector<std::uint8_t> bytes(resizer.output_bytes());
  if (!resizer.run(seen.frames[0], bytes)) return invalid_argument("the model wants other frames than the camera's");
  return bytes;
}

struct PictureTimes {
  double p50_ms = 0;    // over poses and rounds
  double least_ms = 0;  // of a pose, the median over poses: what other work on the machine does not reach
};

Result<PictureTimes> time_camera(const std::shared_ptr<const Track>& track, FrameResizer& resizer) {
  SimWorld whole(track, {}), part(track, {});
  part.restrict_view(resizer.source_rows(), resizer.source_columns());
  std::vector<std::function<void()>> renders;
  for (int i = 0; i < kPoses; ++i) {
    const Pose pose = beside(track->circuit, i);
    whole.place(pose);
    part.place(pose);
    PITLANE_TRY(const auto wanted, picture(whole, resizer));
    PITLANE_TRY(const auto got, picture(part, resizer));
    if (wanted != got) return numeric_error("the restricted picture differs from the whole frame's");
    renders.emplace_back([&part, pose] {
      part.place(pose);
      if (!part.observe()) std::abort();
    });
  }
  LatencyOptions options;
  options.budget_s = 1;
  std::vector<double> all, least;
  for (const std::vector<double>& one : time_interleaved(renders, options)) {
    all.insert(all.end(), one.begin(), one.end());
    least.push_back(*std::min_element(one.begin(), one.end()));
  }
  return PictureTimes{summarize(std::move(all)).p50, summarize(std::move(least)).p50};
}

// A SimWorld that notes how long each picture takes.
class TimedWorld final : public World {
 public:
  explicit TimedWorld(SimWorld& world) : world_(world) {}

  Status reset(std::uint64_t seed) override { return world_.reset(seed); }
  Result<Observation> observe() override {
    const auto begin = std::chrono::steady_clock::now();
    Result<Observation> seen = world_.observe();
    ms_.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    return seen;
  }
  void act(const Command& command) override { world_.act(command); }
  Status advance_to(double time_s) override { return world_.advance_to(time_s); }
  [[nodiscard]] double time_s() const override { return world_.time_s(); }
  [[nodiscard]] Pose pose() const override { return world_.pose(); }
  [[nodiscard]] const ReferenceLine& reference_line() const override { return world_.reference_line(); }
  [[nodiscard]] double camera_period_s() const override { return world_.camera_period_s(); }
  [[nodiscard]] std::optional<double> frame_delay_s(std::int64_t index) const override {
    return world_.frame_delay_s(index);
  }
  [[nodiscard]] std::optional<ViewCone> view_cone() const override { return world_.view_cone(); }
  void restrict_view(const std::vector<int>& rows, const std::vector<int>& columns) override {
    world_.restrict_view(rows, columns);
  }
  [[nodiscard]] std::string description() const override { return world_.description(); }
  [[nodiscard]] const std::vector<double>& ms() const { return ms_; }

 private:
  SimWorld& world_;
  std::vector<double> ms_;
};

struct Pace {
  double median = 0, low = 0, high = 0;  // simulated seconds per second
  double picture_ms = 0;                 // median while driving, beside the network
};

Result<Pace> time_episodes(const std::shared_ptr<const Track>& track, Controller& controller) {
  std::vector<double> factors, pictures_ms;
  for (int i = 0; i < kEpisodes; ++i) {
    SimWorld simulator(track, {});
    TimedWorld world(simulator);
    EpisodeOptions options;
    options.seed = static_cast<std::uint64_t>(i) + 1;
    PITLANE_TRY(const EpisodeResult result, run_episode(world, controller, options));
    if (result.end != EpisodeEnd::kCompleted)
      return numeric_error("the model does not complete " + track->circuit.name() + ": " + to_string(result.end));
    factors.push_back(result.simulated_s / result.wall_s);
    pictures_ms.insert(pictures_ms.end(), world.ms().begin(), world.ms().end());
  }
  std::sort(factors.begin(), factors.end());
  return Pace{factors[kEpisodes / 2], factors.front(), factors.back(), summarize(std::move(pictures_ms)).p50};
}

Status run(const std::string& model, std::vector<std::string> circuits) {
  if (circuits.empty()) circuits = list_circuits();
  PITLANE_TRY(const Network network, load_pit(model));
  PITLANE_TRY(const auto plan, compile(network, {}));
  PITLANE_TRY(const auto controller, NetworkController::create(network, *plan));
  PITLANE_TRY(FrameResizer resizer, FrameResizer::create(network.inputs.front().preprocessing));
  std::printf("%-14s %18s %8s %8s %24s\n", "circuit", "picture [ms]: lap", "poses", "least",
              "lap [s/s]: median, range");
  for (const std::string& name : circuits) {
    PITLANE_TRY(Circuit circuit, find_circuit(name));
    const auto track = make_track(std::move(circuit));
    PITLANE_TRY(const PictureTimes picture, time_camera(track, resizer));
    PITLANE_TRY(const Pace pace, time_episodes(track, *controller));
    std::printf("%-14s %18.4f %8.4f %8.4f %10.0f  %5.0f to %.0f\n", name.c_str(), pace.picture_ms, picture.p50_ms,
                picture.least_ms, pace.median, pace.low, pace.high);
    std::fflush(stdout);
  }
  return {};
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') {
    std::fprintf(stderr, "usage: sim_bench MODEL.pit [CIRCUIT ...]\n");
    return 2;
  }
  const pitlane::PinnedThread pinned;
  const pitlane::Status status = pitlane::bench::run(argv[1], {argv + 2, argv + argc});
  if (!status.ok()) std::fprintf(stderr, "sim_bench: %s\n", status.error().message().c_str());
  return status.ok() ? 0 : 2;
}
