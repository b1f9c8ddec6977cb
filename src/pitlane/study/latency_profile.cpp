#include "pitlane/study/latency_profile.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <sstream>
#include <system_error>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/hash.h"
#include "pitlane/core/printable.h"
#include "pitlane/measure/episode.h"
#include "pitlane/study/stored_json.h"

namespace pitlane {
namespace {

constexpr std::size_t kWantedDecisions = 1000;
constexpr std::uint64_t kMostEpisodes = 20;
constexpr std::size_t kWarmUp = 10;  // of each episode
constexpr std::uint64_t kLargestProfile = 1U << 24;

std::string profile_key(const StudyDriver& driver) { return "latency-profile-" + driver.key; }

Result<double> parse_line(const std::string& line, const std::string& where) {
  double ms = 0;
  const char* const end = line.data() + line.size();
  const auto [stopped, code] = std::from_chars(line.data(), end, ms);
  if (code != std::errc() || stopped != end || !std::isfinite(ms) || ms < 0)
    return invalid_argument(where + ": must be a time in milliseconds, e.g. 12.5");
  return ms / 1e3;
}

std::vector<double> read_profile(const JsonCursor& at) { return read_reals(at); }

}  // namespace

Result<std::vector<double>> read_latency_profile(const std::filesystem::path& path) {
  PITLANE_TRY(const std::string text, read_text(path, kLargestProfile));
  std::vector<double> seconds;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    PITLANE_TRY(const double value, parse_line(line, path.string() + ":" + std::to_string(number)));
    seconds.push_back(value);
  }
  if (seconds.empty())
    return invalid_argument(path.string() + ": holds no time; give one in milliseconds on each line");
  return seconds;
}

Result<std::optional<std::vector<double>>> stored_latency_profile(const Store& store, const StudyDriver& driver) {
  PITLANE_TRY(const std::optional<std::string> text, store.find(profile_key(driver)));
  if (!text) return std::optional<std::vector<double>>();
  PITLANE_TRY(std::vector<double> profile, from_stored_text<std::vector<double>>(*text, read_profile));
  return std::optional(std::move(profile));
}

Status write_latency_profile(const std::filesystem::path& path, const std::vector<double>& seconds,
                             const std::string& about) {
  std::string text = "# " + printable(about) + "; milliseconds\n";
  for (const double value : seconds) {
    char line[64];
    const auto end = std::to_chars(line, line + sizeof line, value * 1e3).ptr;
    text.append(line, end).append("\n");
  }
  return write_text(path, text);
}

Result<std::vector<double>> measure_decisions(const Course& course, const MakeController& make_controller,
                                              const ProgressFn& progress) {
  std::vector<double> seconds;
  for (std::uint64_t seed = 1; seed <= kMostEpisodes && seconds.size() < kWantedDecisions; ++seed) {
    PITLANE_TRY(const std::unique_ptr<World> world, course.make_world());
    PITLANE_TRY(const std::unique_ptr<Controller> controller, make_controller(*world));
    EpisodeOptions options;
    options.seed = seed;
    PITLANE_TRY(const EpisodeResult episode, run_episode(*world, *controller, options, progress));
    const auto warm = std::min(kWarmUp, episode.decide_s.size() > kWarmUp ? kWarmUp : 0);
    seconds.insert(seconds.end(), episode.decide_s.begin() + static_cast<std::ptrdiff_t>(warm), episode.decide_s.end());
  }
  return seconds;
}

Result<std::vector<double>> measure_latency_profile(Store& store, const StudyDriver& driver,
                                                    const ProgressFn& progress) {
  PITLANE_TRY(const std::vector<double> seconds,
              measure_decisions(driver.courses.front(), driver.make_controller, progress));
  PITLANE_TRY_STATUS(store.put_new(profile_key(driver), stored_text(reals(seconds))));
  PITLANE_TRY(std::optional<std::vector<double>> stored, stored_latency_profile(store, driver));
  PITLANE_CHECK(stored.has_value());
  return *std::move(stored);
}

Result<StudyLatency> measured_latency(const std::string& name, const std::vector<double>& profile_s, double factor) {
  StudyLatency latency;
  PITLANE_TRY(latency.model, LatencyModel::measured(profile_s, factor));
  latency.name = name;
  Hasher hasher;
  for (const double seconds : profile_s) hasher.real(seconds);
  latency.key = "measured-" + hasher.real(factor).hex();
  latency.profile_s = profile_s;
  for (double& seconds : latency.profile_s) seconds *= factor;
  return latency;
}

StudyLatency unmeasured_latency(const std::string& name) {
  StudyLatency latency;
  latency.name = name;
  latency.key = "unmeasured-" + name;
  latency.known = false;
  return latency;
}

}  // namespace pitlane
