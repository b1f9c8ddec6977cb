#include "program.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "network/lively.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pit_file.h"

namespace pitlane::testing {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes kPatience{2};

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

std::string program() { return PITLANE_PROGRAM; }

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

Outcome run(const std::string& command) {
  const TemporaryDirectory place;
  const std::string redirected =
      command + " >'" + (place / "out").string() + "' 2>'" + (place / "err").string() + "' </dev/null";
  const int code = code_of(std::system(redirected.c_str()));
  return {code, read(place / "out"), read(place / "err")};
}

Outcome pitlane(const std::string& arguments, const std::string& before) {
  return run(before + " '" + program() + "' " + arguments);
}

std::string refused(const std::string& arguments, const std::string& before) {
  const Outcome outcome = pitlane(arguments, before);
  EXPECT_EQ(outcome.code, 2) << arguments << "\n" << outcome.out << outcome.err;
  EXPECT_EQ(outcome.out, "") << arguments << ": complaints go to stderr";
  // Progress and warnings may stand before it; the complaint is the last line.
  const std::string lines = "\n" + outcome.err;
  const auto start = lines.rfind("\npitlane: ");
  if (start == std::string::npos) {
    ADD_FAILURE() << arguments << ": no line begins with 'pitlane: '\n" << outcome.err;
    return outcome.err;
  }
  const std::string message = lines.substr(start + 1);
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 1) << "not one line: " << message;
  return message;
}

Running::Running(const std::string& arguments, const fs::path& folder) {
  // exec: signals reach the program, not a shell around it.
  const std::string command = "cd '" + folder.string() + "' && exec '" + program() + "' " + arguments + " >'" +
                              (place_ / "out").string() + "' 2>'" + (place_ / "err").string() + "' </dev/null";
  child_ = ::fork();
  if (child_ == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
}

Running::~Running() {
  if (child_ <= 0) return;
  send(SIGKILL);
  ended(true);
}

bool Running::ended(bool wait) {
  if (child_ > 0 && ::waitpid(child_, &status_, wait ? 0 : WNOHANG) == child_) child_ = 0;
  return child_ == 0;
}

bool Running::wait_until(const std::function<bool()>& reached) {
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < kPatience) {
    if (reached()) return true;
    if (ended(false)) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

std::string Running::err() const { return read(place_ / "err"); }

void Running::send(int signal) const {
  if (child_ > 0) ::kill(child_, signal);
}

bool Running::listens() const {
  const std::string status = read("/proc/" + std::to_string(child_) + "/status"), key = "SigCgt:";
  const auto at = status.find(key);
  if (at == std::string::npos) return false;
  const auto caught = std::strtoull(status.c_str() + at + key.size(), nullptr, 16);
  return (caught >> (SIGINT - 1) & 1U) != 0;
}

Outcome Running::finish() {
  ended(true);
  return {code_of(status_), read(place_ / "out"), err()};
}

void save_pilotnet(const fs::path& path) {
  const std::vector<OutputSpec> outputs = {{"v", "m/s", 6.5, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
  // Pruning by magnitude would take all of a quiet head.
  const Network network = with_loud_head(build_pilotnet_torch({Preprocessing{}, outputs, 1}).value());
  ASSERT_TRUE(save_pit(network, path).ok());
}

void record(const fs::path& directory, int frames, const std::string& more) {
  const Outcome made =
      pitlane("record --out '" + directory.string() + "' --frames " + std::to_string(frames) + " " + more);
  ASSERT_EQ(made.code, 0) << made.err;
}

}  // namespace pitlane::testing
