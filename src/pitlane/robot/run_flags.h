// The command line of pitlane-run. A table of its own instead of CLI11, whose code would be a third of the program.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/capture/raw_stream.h"
#include "pitlane/core/result.h"
#include "pitlane/driver/vehicle.h"
#include "pitlane/kernels/isa.h"

namespace pitlane::robot {

struct RawFlag {
  capture::FrameSize size;
  capture::RawFormat format;
};

struct RunFlags {
  std::filesystem::path model;
  // Where frames come from: one of these.
  std::vector<std::filesystem::path> pictures;
  std::optional<std::string> camera;
  std::optional<RawFlag> raw;
  bool with_state = false;
  std::optional<capture::FrameSize> size;
  std::optional<double> rate_hz;
  // What the car measures; constant.
  std::optional<double> speed_mps;
  std::optional<int> command, light;
  std::optional<std::string> vehicle;
  std::optional<Isa> isa;
  int threads = 1;
  bool stay_awake = false;
  // What is said.
  bool json = false, time = false;
  bool help = false, version = false;
};

/// Only looks at the words: no file is opened. `--flag VALUE` and `--flag=VALUE`; what stands behind `--` is no flag.
/// With
/// --help or --version the rest is not looked at. Errors name the flag.
Result<RunFlags> parse_run_flags(const std::vector<std::string>& arguments);

std::string help_text();

}  // namespace pitlane::robot
