// Usage: pitlane_worker describe NETWORK.pit
//        pitlane_worker serve NETWORK.pit FRAMES CAMERA_FRAMES
//
// Our engine's side of bench/peers/run, which speaks with the workers of all runtimes alike. The first line that
// `serve` writes tells that it is ready, when its first command was there (seconds of the monotonic clock, that all
// processes share) and what runs. Then each line of its input is a command, answered by a line of JSON:
//   hot N        times of N calls in a row, after one that is not counted: {"ms": [...]}
//   cold         time of one call: {"ms": [x]}; the coordinator has emptied the caches
//   path N       as hot, from a camera's frame to a command
//   answers N    outputs for the first N pictures, normalised: {"answers": [[...]]}
//   command      the last command of `path`: {"command": [v_mps, w_radps]}
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "describe_network.h"
#include "frame_runner.h"
#include "pitlane/core/version.h"
#include "pitlane/network/pit_file.h"

namespace pitlane::bench {
namespace {

using nlohmann::json;

void say(const json& line) {
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

double monotonic_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<json> repeated(FrameRunner& runner, std::size_t count, Result<double> (FrameRunner::*call)(std::size_t)) {
  PITLANE_TRY_STATUS((runner.*call)(count));
  json ms = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    PITLANE_TRY(const double one, (runner.*call)(i));
    ms.push_back(one);
  }
  return json{{"ms", ms}};
}

Result<json> obey(FrameRunner& runner, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::size_t count = 0;
  words >> verb >> count;
  if (verb == "hot") return repeated(runner, count, &FrameRunner::time_network);
  if (verb == "path") return repeated(runner, count, &FrameRunner::time_path);
  if (verb == "cold") {
    PITLANE_TRY(const double ms, runner.time_network(0));
    return json{{"ms", {ms}}};
  }
  if (verb == "command") return json{{"command", {runner.last_command().v_mps, runner.last_command().w_radps}}};
  if (verb != "answers") return invalid_argument("unknown command '" + line + "'");
  json answers = json::array();
  for (std::size_t i = 0; i < count; ++i) {
    PITLANE_TRY(const auto values, runner.answer(i));
    answers.push_back(values);
  }
  return json{{"answers", answers}};
}

Status serve(const std::string& network, const std::string& frames, const std::string& camera) {
  PITLANE_TRY(const auto runner, FrameRunner::create(network, frames, camera));
  PITLANE_TRY_STATUS(runner->time_path(0));
  say({{"ready", true},
       {"first_command_s", monotonic_s()},
       {"runtime", std::string("pitlane ") + std::string(kVersion)},
       {"precision", describe_precision(runner->network())},
       {"notes", runner->description()}});
  for (std::string line; std::getline(std::cin, line);) {
    const Result<json> answer = obey(*runner, line);
    say(answer.ok() ? *answer : json{{"error", answer.error().message()}});
  }
  return {};
}

Status describe(const std::string& path) {
  PITLANE_TRY(const Network network, load_pit(path));
  if (network.inputs.size() != 1) return unsupported(path + ": has other inputs than one picture");
  say(describe_network(network));
  return {};
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (!(verb == "describe" && argc == 3) && !(verb == "serve" && argc == 5)) {
    std::fprintf(stderr, "usage: pitlane_worker describe NETWORK.pit | serve NETWORK.pit FRAMES CAMERA_FRAMES\n");
    return 2;
  }
  const pitlane::Status status =
      verb == "describe" ? pitlane::bench::describe(argv[2]) : pitlane::bench::serve(argv[2], argv[3], argv[4]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "pitlane_worker: %s\n", status.error().message().c_str());
  return 2;
}
