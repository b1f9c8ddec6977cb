#include "program.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "pitlane/network/pilotnet.h"
#include "pitlane/network/pit_file.h"

namespace pitlane::testing {

std::string program() { return PITLANE_PROGRAM; }

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

Outcome pitlane(const std::string& arguments, const std::string& before) {
  const TemporaryDirectory place;
  const std::string command = before + " '" + program() + "' " + arguments + " >'" + (place / "out").string() +
                              "' 2>'" + (place / "err").string() + "' </dev/null";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read(place / "out"), read(place / "err")};
}

void save_pilotnet(const std::filesystem::path& path) {
  const std::vector<OutputSpec> outputs = {{"v", "m/s", 6.5, 24, -1, 0}, {"w", "rad/s", -7.1F, 7.1F, -1, 0}};
  const Network network = build_pilotnet_torch({Preprocessing{}, outputs, 1}).value();
  ASSERT_TRUE(save_pit(network, path).ok());
}

void record(const std::filesystem::path& directory, int frames) {
  const Outcome made = pitlane("record --out '" + directory.string() + "' --frames " + std::to_string(frames));
  ASSERT_EQ(made.code, 0) << made.err;
}

}  // namespace pitlane::testing
