// pitlane study: what it refuses, what it stores, and that nothing is lost, doubled or different however it is
// disturbed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "pitlane/core/random.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kStoppedByUser = 130;

// A drive takes milliseconds: two simulated seconds.
std::string short_study(int repetitions) {
  return "format: pitlane-study\nversion: 1\nname: short\nnetworks: [expert, line-follower]\ncircuits: [tight]\n"
         "directions: [forward, reverse]\nlatencies: [none, 60ms]\ntimeout_s: 2\nrepetitions: " +
         std::to_string(repetitions) + "\n";
}

// What a store holds, by key. A value has the wall clock in it, so a cell that is driven again has other bytes. A copy
// is read: who opens a store moves its log into the file, and the next run would not have to.
std::map<std::string, std::string> content_of(const fs::path& store) {
  const TemporaryDirectory aside;
  const fs::path copy = aside / "copy.db";
  for (const char* part : {"", "-wal", "-shm"})
    if (fs::exists(store.string() + part)) fs::copy_file(store.string() + part, copy.string() + part);
  std::map<std::string, std::string> content;
  sqlite3* connection = nullptr;
  sqlite3_stmt* rows = nullptr;
  EXPECT_EQ(sqlite3_open_v2(copy.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << store;
  if (sqlite3_prepare_v2(connection, "SELECT key, value FROM results", -1, &rows, nullptr) == SQLITE_OK)
    while (sqlite3_step(rows) == SQLITE_ROW) {
      const auto* key = static_cast<const char*>(sqlite3_column_blob(rows, 0));
      const auto* value = static_cast<const char*>(sqlite3_column_blob(rows, 1));
      content.emplace(std::string(key, static_cast<std::size_t>(sqlite3_column_bytes(rows, 0))),
                      std::string(value, static_cast<std::size_t>(sqlite3_column_bytes(rows, 1))));
    }
  sqlite3_finalize(rows);
  sqlite3_close(connection);
  return content;
}

bool is_cell(const std::string& key) { return key.starts_with("cell-"); }

std::size_t cells_of(const fs::path& store) {
  const auto content = content_of(store);
  return static_cast<std::size_t>(
      std::count_if(content.begin(), content.end(), [](const auto& entry) { return is_cell(entry.first); }));
}

// Leaves its latency profiles.
void forget_cells(const fs::path& store) {
  sqlite3* connection = nullptr;
  ASSERT_EQ(sqlite3_open(store.c_str(), &connection), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(connection, "DELETE FROM results WHERE key LIKE 'cell-%'", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(connection);
}

class Study : public InAFolder {
 protected:
  /// A folder of its own with the study in it.
  [[nodiscard]] fs::path folder(const std::string& name, const std::string& study) const {
    fs::create_directory(place_ / name);
    write(place_ / name / "s.yaml", study);
    return place_ / name;
  }
  static Outcome drive(const fs::path& folder, const std::string& flags = "") {
    return Running("study run s.yaml --no-timing " + flags, folder).finish();
  }
  static std::string exported(const fs::path& folder, const std::string& format = "json") {
    const Outcome outcome = Running("study export s.yaml --no-timing --format " + format, folder).finish();
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  }
};

TEST_F(Study, RefusesWithTheLine) {
  write(place_ / "s.yaml", "format: pitlane-study\nversion: 1\nnetworks: [expert]\ncircuit: [tight]\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")),
              HasSubstr("s.yaml:4: unknown key 'circuit' in the study; did you mean 'circuits'?"));
  write(place_ / "s.yaml", "format: pitlane-study\nversion: 1\nnetworks: [expert]\ncircuits:\n  - tight\n  - thight\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")), AllOf(HasSubstr("s.yaml:6: "), HasSubstr("thight")));
  write(place_ / "bad.pit", "no network");
  write(place_ / "s.yaml", "format: pitlane-study\nversion: 1\nnetworks:\n  - expert\n  - bad.pit\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")), AllOf(HasSubstr("s.yaml:5: "), HasSubstr("bad.pit")));
  write(place_ / "s.yaml", "format: pitlane-study\nversion: 1\nnetworks: [expert]\nruntimes:\n  - {isa: sse9}\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")), AllOf(HasSubstr("s.yaml:5: "), HasSubstr("sse9")));
  write(place_ / "s.yaml", "format: pitlane-study\nversion: 1\nnetworks: [expert]\nperturbations: [none, wibble]\n");
  EXPECT_THAT(refused("study run " + at("s.yaml")), AllOf(HasSubstr("s.yaml:4: "), HasSubstr("wibble")));
  EXPECT_THAT(refused("study run " + at("none.yaml")), HasSubstr("none.yaml"));
  EXPECT_EQ(entries(place_.path()), 2U) << "no store before all is known to be good";
}

TEST_F(Study, ExportAndStatusNeedAStore) {
  const fs::path here = folder("a", short_study(1));
  EXPECT_THAT(refused("study export " + at("a/s.yaml")),
              AllOf(HasSubstr("a/s.db: nothing of this study is stored there"), HasSubstr("pitlane study run")));
  EXPECT_THAT(refused("study status " + at("a/s.yaml")), HasSubstr("nothing of this study is stored there"));
  EXPECT_FALSE(fs::exists(here / "s.db"));
  write(here / "s.db", "this is a text, and long enough to be looked at as if it were a database of some kind, or not");
  EXPECT_THAT(refused("study run " + at("a/s.yaml")), HasSubstr("a/s.db: not a result store of pitlane"));
}

TEST_F(Study, ReplacesNeitherItselfNorItsStore) {
  const fs::path here = folder("a", short_study(1));
  EXPECT_THAT(refused("study run " + at("a/s.yaml") + " --store " + at("a/study.csv") + " --out " + at("a")),
              HasSubstr("a/study.csv: is the store of the study and would be replaced; choose another name"));
  fs::rename(here / "s.yaml", here / "study.json");
  EXPECT_THAT(refused("study run " + at("a/study.json") + " --out " + at("a/../a")),
              HasSubstr("study.json: is the study itself and would be replaced"));
  EXPECT_EQ(entries(here), 1U);
}

TEST_F(Study, DrivesTheGridAndGoesOnFromWhatIsThere) {
  const fs::path here = folder("a", short_study(1));
  const Outcome first = drive(here, "--json --out results");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("8 cells, 0 of them driven before; store: s.db"));
  const auto document = nlohmann::json::parse(first.out);
  ASSERT_EQ(document["cells"].size(), 8U);
  EXPECT_EQ(document["cells"][2]["reverse"], true);
  EXPECT_EQ(document["cells"][1]["latency"], "60ms");
  EXPECT_EQ(document["cells"][0]["end"], "timeout");
  EXPECT_EQ(document["totals"].size(), 2U);
  EXPECT_EQ(document["totals"][1]["driving_score"]["pairs"], 4);
  EXPECT_THAT(first.out, Not(HasSubstr("timing")));
  EXPECT_EQ(read(here / "results/study.json"), first.out);
  EXPECT_EQ(read(here / "results/study.csv"), exported(here, "csv"));
  EXPECT_EQ(read(here / "results/study.md"), exported(here, "markdown"));
  EXPECT_EQ(exported(here), first.out);
  const std::string page = read(here / "results/study.html");
  EXPECT_THAT(page, AllOf(HasSubstr("<h1>short</h1>"), HasSubstr("pitlane study run s.yaml --out results"),
                          HasSubstr("\"path\":["), Not(HasSubstr("Decision, ms"))));
  EXPECT_EQ(Running("study export s.yaml --no-timing --out again", here).finish().code, 0);
  EXPECT_TRUE(read(here / "again/study.html") == page) << "run and export write different pages";

  write(here / "s.yaml", short_study(2));
  EXPECT_THAT(refused("study export " + at("a/s.yaml")),
              AllOf(HasSubstr("8 of 16 cells are not driven yet"), HasSubstr("--partial")));
  EXPECT_THAT(
      Running("study status s.yaml", here).finish().out,
      AllOf(HasSubstr("expert (pure pursuit on the known line): 4 of 8 cells"), HasSubstr("8 of 16 cells are")));
  const Outcome partial = Running("study export s.yaml --partial --format csv", here).finish();
  EXPECT_EQ(partial.code, 0);
  EXPECT_THAT(partial.out, HasSubstr("not_driven"));
  EXPECT_THAT(drive(here).err, HasSubstr("16 cells, 8 of them driven before"));
}

// The driving itself is that of `drive`.
TEST_F(Study, DrivesAsDriveDoes) {
  const fs::path here = folder("a", short_study(2));
  const auto study = nlohmann::json::parse(drive(here, "--json").out);
  const Outcome outcome =
      pitlane("drive line-follower --circuit tight --reverse --latency 60ms --seed 2 --timeout 2 --json");
  auto driven = nlohmann::json::parse(outcome.out)["episodes"][0];
  const auto& cell = study["cells"].back();
  EXPECT_EQ(cell["seed"], 2);
  EXPECT_EQ(cell["network"], "line-follower");
  for (const char* key : {"end", "deviation_m", "completed_distance_m", "driving_score", "frame_age_ms", "suddenness"})
    EXPECT_EQ(cell[key], driven[key]) << key;
}

TEST_F(Study, AnyNumberOfWorkersGivesTheSameBytes) {
  const fs::path one = folder("one", short_study(3)), two = folder("two", short_study(3));
  const Outcome first = drive(one, "--jobs 1 --json"), second = drive(two, "--jobs 2 --json");
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, second.out);
  for (const char* format : {"csv", "markdown"}) EXPECT_EQ(exported(one, format), exported(two, format)) << format;
  for (const fs::path& place : {one, two})
    EXPECT_EQ(Running("study export s.yaml --no-timing --out out", place).finish().code, 0);
  EXPECT_TRUE(read(one / "out/study.html") == read(two / "out/study.html"));
}

// A network, a driver that fails, and a latency that is measured: with one profile the same bytes.
TEST_F(Study, MeasuredLatencyIsTakenFromTheStore) {
  const std::string study =
      "format: pitlane-study\nversion: 1\nnetworks: [n.pit, expert]\ncircuits: [tight]\ntimeout_s: 2\n"
      "latencies: [none, measured, {factor: 4}, {profile: p.txt}]\nrepetitions: 2\n";
  const fs::path one = folder("one", study), two = folder("two", study);
  for (const fs::path& place : {one, two}) {
    save_pilotnet(place / "n.pit");
    write(place / "p.txt", "80\n120\n");
  }
  const Outcome first = drive(one, "--jobs 1 --json");
  ASSERT_EQ(first.code, 0) << first.err;
  const auto cells = nlohmann::json::parse(first.out)["cells"];
  EXPECT_EQ(cells[2]["latency"], "measured");
  EXPECT_EQ(cells[4]["latency"], "measured x4");
  EXPECT_EQ(cells[6]["latency"], "measured p.txt");
  EXPECT_GT(cells[6]["frame_age_ms"]["mean"], 80);
  EXPECT_GT(cells[4]["frame_age_ms"]["mean"], cells[2]["frame_age_ms"]["mean"]);
  // The store of the first with its cells taken out: its profiles alone.
  fs::copy_file(one / "s.db", two / "s.db");
  forget_cells(two / "s.db");
  const Outcome second = drive(two, "--jobs 2 --json");
  EXPECT_THAT(second.err, HasSubstr("16 cells, 0 of them driven before"));
  EXPECT_EQ(second.out, first.out);
}

TEST_F(Study, PerturbationsAreConditions) {
  const std::string study =
      "format: pitlane-study\nversion: 1\nnetworks: [line-follower]\ncircuits: [tight]\ntimeout_s: 2\n"
      "perturbations:\n  - none\n  - delay=80ms,light=0.5\n";
  const fs::path here = folder("here", study);
  const Outcome outcome = drive(here, "--json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto document = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(document["cells"].size(), 2U);
  EXPECT_EQ(document["cells"][0]["perturbation"], "none");
  EXPECT_EQ(document["cells"][1]["perturbation"], "light=0.5,delay=0.08")
      << "in the order and the units of its own text";
  EXPECT_NE(document["cells"][0]["deviation_m"], document["cells"][1]["deviation_m"]);
  EXPECT_EQ(document["conditions"].size(), 2U);
  write(here / "s.yaml", study + "  - light=0.50,delay=0.08s\n");
  EXPECT_THAT(refused("study run " + at("here/s.yaml")),
              HasSubstr("s.yaml:9: perturbation 'light=0.5,delay=0.08' is listed twice; keep one"));
}

TEST_F(Study, TakesOverAConfigurationOfBehaviorMetrics) {
  const fs::path here = folder("here",
                               "Behaviors:\n  Robot:\n    BrainPath: [brains/f1/brain_f1_opencv.py]\n"
                               "Experiment: {Repetitions: 2, Timeout: [2]}\n"
                               "Simulation:\n  World:\n    - worlds/tight.launch\n    - worlds/simple_circuit.launch\n"
                               "Stats:\n  PerfectLap: [tight.bag, simple.bag]\n");
  const Outcome outcome = drive(here, "--json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err,
              HasSubstr("warning: s.yaml:8: the world 'simple_circuit' is ignored: there is no such circuit, "
                        "nor its perfect lap simple.bag; 'pitlane circuit import' makes one"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("BrainPath")));
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["cells"].size(), 2U);
}

TEST_F(Study, CtrlCSaysHowToGoOn) {
  const fs::path here = folder("here", short_study(1500)), whole = folder("whole", short_study(1500));
  Running running("study run s.yaml", here);
  ASSERT_TRUE(running.wait_until(
      [&] { return fs::exists(here / "s.db-wal") && running.err().find("cells") != std::string::npos; }));
  running.send(SIGINT);
  const Outcome stopped = running.finish();
  EXPECT_EQ(stopped.code, kStoppedByUser);
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("stopping at the next safe point"),
                                 HasSubstr(" of 12000 cells are in s.db: run the same command again to go on")));
  EXPECT_EQ(stopped.out, "");
}

TEST_F(Study, TwoAtOnceLoseAndDoubleNothing) {
  const fs::path here = folder("here", short_study(6)), whole = folder("whole", short_study(6));
  std::vector<std::unique_ptr<Running>> both;
  for (int i = 0; i < 2; ++i) both.push_back(std::make_unique<Running>("study run s.yaml --json --no-timing", here));
  const Outcome expected = drive(whole, "--json");
  for (const auto& one : both) {
    const Outcome outcome = one->finish();
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, expected.out);
  }
  EXPECT_EQ(exported(here), expected.out);
}

// Two studies that share some cells, on one store.
TEST_F(Study, TwoDifferentStudiesShareAStore) {
  const std::string head = "format: pitlane-study\nversion: 1\nname: two\ntimeout_s: 2\nrepetitions: 5\n";
  const std::string first = head + "networks: [expert, line-follower]\ncircuits: [tight, mixed]\n";
  const std::string second = head + "networks: [line-follower]\ncircuits: [mixed, alley]\nlatencies: [none, 60ms]\n";
  const fs::path one = folder("one", first), two = folder("two", second);
  const std::string alone_one = drive(one, "--json").out, alone_two = drive(two, "--json").out;
  const std::string store = " --store " + at("both.db");
  Running a("study run s.yaml --json --no-timing" + store, one), b("study run s.yaml --json --no-timing" + store, two);
  const Outcome driven_one = a.finish(), driven_two = b.finish();
  EXPECT_EQ(driven_one.code, 0) << driven_one.err;
  EXPECT_EQ(driven_two.code, 0) << driven_two.err;
  EXPECT_EQ(driven_one.out, alone_one);
  EXPECT_EQ(driven_two.out, alone_two);
  // 20 and 20 cells, of which both have the line follower on mixed without latency.
  EXPECT_EQ(cells_of(place_ / "both.db"), 20U + 20U - 5U);
}

TEST_F(Study, AFullDiskIsSaidAndLosesNothing) {
  const fs::path here = folder("here", short_study(20)), whole = folder("whole", short_study(20));
  // Files of at most 200 kB: some cells fit.
  const Outcome full = pitlane("study run " + at("here/s.yaml"), "ulimit -f 200;");
  EXPECT_EQ(full.code, 2);
  EXPECT_THAT(full.err,
              AllOf(HasSubstr("s.db: no space left for the result store (a full disk, a quota or 'ulimit -f'); "),
                    HasSubstr(" of 160 cells are in ")));
  const Outcome resumed = drive(here, "--json");
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, Not(HasSubstr(" 0 of them driven before")));
  EXPECT_EQ(resumed.out, drive(whole, "--json").out);
}

// Kills a study again and again, at moments that nobody chose, until it is through; a study that was never hit is done
// again, from the store `profiles`. Patience follows how long a study takes just now. What a killed run has left in the
// store is there to the end, to the byte: no cell is lost, changed, or driven again.
class Killer {
 public:
  Killer(std::uint64_t seed, std::chrono::duration<double> takes, fs::path profiles)
      : random_(seed), takes_(takes), profiles_(std::move(profiles)) {}

  /// The outcome of the run that came to its end, after at least one that did not.
  Outcome drive(const fs::path& folder) {
    kept_.clear();
    fs::copy_file(profiles_, folder / "s.db", fs::copy_options::overwrite_existing);
    for (int hits = 0;;) {
      Running running("study run s.yaml --no-timing --json --jobs " + std::to_string(1 + random_.index(2)), folder);
      std::this_thread::sleep_for(takes_ * random_.uniform());
      running.send(SIGKILL);
      Outcome outcome = running.finish();
      keep(folder / "s.db");
      if (outcome.code == 128 + SIGKILL) {
        ++hits;
        ++kills_;
        logs_ += has_log(folder / "s.db") ? 1 : 0;
        takes_ *= 1.1;  // the machine may have become busier
        continue;
      }
      if (hits > 0 || outcome.code != 0) return outcome;
      takes_ *= 0.7;
      kept_.clear();
      fs::copy_file(profiles_, folder / "s.db", fs::copy_options::overwrite_existing);
    }
  }
  [[nodiscard]] int kills() const { return kills_; }
  /// Of them those that left a log for the next run to take over.
  [[nodiscard]] int logs() const { return logs_; }

 private:
  static bool has_log(const fs::path& store) {
    std::error_code code;
    const auto size = fs::file_size(store.string() + "-wal", code);
    return !code && size > 0;
  }
  void keep(const fs::path& store) {
    auto now = content_of(store);
    for (const auto& [key, value] : kept_) {
      const auto found = now.find(key);
      ASSERT_NE(found, now.end()) << key << " is lost";
      ASSERT_EQ(found->second, value) << key << " was driven again";
    }
    kept_ = std::move(now);
  }

  Random random_;
  std::chrono::duration<double> takes_;
  fs::path profiles_;
  std::map<std::string, std::string> kept_;
  int kills_ = 0, logs_ = 0;
};

// PITLANE_KILL_ROUNDS sets the number of studies (scripts/kill_studies), PITLANE_KILL_SEED the moments.
TEST_F(Study, KilledAtAnyMomentItComesToTheSameBytes) {
  const char* const wanted = std::getenv("PITLANE_KILL_ROUNDS");
  const char* const seed = std::getenv("PITLANE_KILL_SEED");
  const int rounds = wanted ? std::atoi(wanted) : 4;
  const std::string study =
      "format: pitlane-study\nversion: 1\nname: killed\nnetworks: [expert, line-follower, ../n.pit]\n"
      "circuits: [tight]\ndirections: [forward, reverse]\nlatencies: [none, 60ms, {factor: 4}]\ntimeout_s: 2\n"
      "repetitions: 4\n";
  constexpr std::size_t kCells = 72;
  save_pilotnet(place_ / "n.pit");
  const fs::path whole = folder("whole", study), profiles = place_ / "profiles.db";
  ASSERT_EQ(drive(whole).code, 0);
  fs::copy_file(whole / "s.db", profiles);
  forget_cells(profiles);
  fs::copy_file(profiles, whole / "s.db", fs::copy_options::overwrite_existing);
  const auto began = std::chrono::steady_clock::now();
  const Outcome expected = drive(whole, "--json");
  Killer killer(seed ? std::strtoull(seed, nullptr, 10) : 1, std::chrono::steady_clock::now() - began, profiles);
  ASSERT_EQ(expected.code, 0) << expected.err;
  ASSERT_EQ(cells_of(whole / "s.db"), kCells);
  for (int round = 0; round < rounds; ++round) {
    const fs::path here = folder("killed" + std::to_string(round), study);
    const Outcome outcome = killer.drive(here);
    ASSERT_FALSE(HasFatalFailure()) << "round " << round;
    ASSERT_EQ(cells_of(here / "s.db"), kCells) << "round " << round;
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    ASSERT_EQ(outcome.out, expected.out) << "round " << round;
    ASSERT_EQ(exported(here), expected.out) << "round " << round;
    if (round > 0) fs::remove_all(here);
  }
  for (const char* format : {"csv", "markdown"})
    EXPECT_EQ(exported(place_ / "killed0", format), exported(whole, format));
  for (const fs::path& place : {place_ / "killed0", whole})
    EXPECT_EQ(Running("study export s.yaml --no-timing --out out", place).finish().code, 0);
  EXPECT_TRUE(read(place_ / "killed0/out/study.html") == read(whole / "out/study.html"));
  std::printf("%d studies, killed %d times, %d times with a log\n", rounds, killer.kills(), killer.logs());
  EXPECT_TRUE(killer.kills() < 10 || killer.logs() > 0) << "no run ever went on from a log";
}

}  // namespace
}  // namespace pitlane::testing
