#include "robot_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <string>

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace pitlane::testing {

RobotProcess::RobotProcess(const std::vector<std::string>& arguments) {
  std::array<int, 2> in{}, out{};
  EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
  EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
  std::signal(SIGPIPE, SIG_IGN);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<std::string> words = {PITLANE_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  started_ = Clock::now();
  EXPECT_EQ(::posix_spawn(&child_, PITLANE_PROGRAM, &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  input_ = in[1];
  output_ = out[0];
}

RobotProcess::~RobotProcess() {
  close_input();
  if (child_ > 0) {
    send(SIGKILL);
    finish();
  }
  ::close(output_);
}

void RobotProcess::write(const std::string& bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::write(input_, bytes.data() + done, bytes.size() - done);
    if (put < 0) return;  // it ended; its exit code says more
    done += static_cast<std::size_t>(put);
  }
}

void RobotProcess::close_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

std::string RobotProcess::line() {
  while (waiting_.find('\n') == std::string::npos) {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got <= 0) return "";
    waiting_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const std::size_t end = waiting_.find('\n');
  std::string line = waiting_.substr(0, end);
  waiting_.erase(0, end + 1);
  return line;
}

void RobotProcess::send(int signal) const { ::kill(child_, signal); }

std::size_t RobotProcess::peak_bytes() const {
  std::ifstream status("/proc/" + std::to_string(child_) + "/status");
  std::string word;
  while (status >> word)
    if (word == "VmHWM:") {
      std::size_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}

int RobotProcess::finish() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace pitlane::testing
