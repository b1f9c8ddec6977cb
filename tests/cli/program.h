// Runs the program as a user would: a command line, what it printed, how it ended.
#pragma once

#include <filesystem>
#include <string>

#include "pitlane/network/network.h"
#include "temporary_directory.h"

namespace pitlane::testing {

struct Outcome {
  int code = 0;
  std::string out, err;
};

/// Through the shell, so that `arguments` may quote, redirect and limit; `before` stands in front of the program.
Outcome pitlane(const std::string& arguments, const std::string& before = "");

/// The program's path.
std::string program();

/// An untrained PilotNet for 640x480 frames with outputs v and w, saved as `path`.
void save_pilotnet(const std::filesystem::path& path);

void write(const std::filesystem::path& path, const std::string& content);
std::string read(const std::filesystem::path& path);

/// A recording of the simulator with this many frames; fails the test where it cannot be made.
void record(const std::filesystem::path& directory, int frames);

}  // namespace pitlane::testing
