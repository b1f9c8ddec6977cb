// Runs the program as a user would: a command line, what it printed, how it ended.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "pitlane/network/network.h"
#include "temporary_directory.h"

namespace pitlane::testing {

struct Outcome {
  int code = 0;  ///< 128 + signal where one ended it
  std::string out, err;
};

/// Any command of the shell.
Outcome run(const std::string& command);

/// Through the shell, so that `arguments` may quote, redirect and limit; `before` stands in front of the program.
Outcome pitlane(const std::string& arguments, const std::string& before = "");

/// Runs, expects exit code 2 and exactly one line of complaint, and gives that line.
std::string refused(const std::string& arguments, const std::string& before = "");

/// A test with a folder of its own, where what the user has lies.
class InAFolder : public ::testing::Test {
 protected:
  /// The path of `name` there, quoted for the shell.
  [[nodiscard]] std::string at(const std::string& name) const { return "'" + (place_ / name).string() + "'"; }
  TemporaryDirectory place_;
};

/// The program at work in a folder, to be disturbed.
class Running {
 public:
  Running(const std::string& arguments, const std::filesystem::path& folder);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Waits until `reached`; false where the program ends first, or after two minutes.
  bool wait_until(const std::function<bool()>& reached);
  [[nodiscard]] std::string err() const;
  void send(int signal) const;
  /// Is it far enough to answer SIGINT itself? Before, the signal just ends it.
  [[nodiscard]] bool listens() const;
  /// Waits for the end.
  Outcome finish();

 private:
  bool ended(bool wait);

  TemporaryDirectory place_;
  pid_t child_ = -1;
  int status_ = -1;
};

/// The program's path.
std::string program();

/// An untrained PilotNet with a loud head for 640x480 frames with outputs v and w, saved as `path`.
void save_pilotnet(const std::filesystem::path& path);

void write(const std::filesystem::path& path, const std::string& content);
std::string read(const std::filesystem::path& path);
/// Files, folders and whatever else lies directly in it.
std::size_t entries(const std::filesystem::path& folder);

/// A recording of the simulator with this many frames; fails the test where it cannot be made. `more`: other flags.
void record(const std::filesystem::path& directory, int frames, const std::string& more = "--circuit mixed");

}  // namespace pitlane::testing
