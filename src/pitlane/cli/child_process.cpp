#include "pitlane/cli/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

namespace pitlane::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBetweenLooks{5};

/// Where its three streams lead.
class Streams {
 public:
  explicit Streams(const std::string& log) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
  }
  ~Streams() { ::posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A process group of its own, which is ended as a whole; and signals as any program meets them, not as ours does.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t usual;
    ::sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGXFSZ}) ::sigaddset(&usual, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &usual);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

Result<pid_t> start(const ChildProcess& child) {
  std::vector<std::string> words = child.arguments;
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const Streams streams(child.log.string());
  const Attributes attributes;
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, pointers[0], streams.get(), attributes.get(), pointers.data(), environ);
  if (error == ENOENT) return not_found("there is no program " + child.arguments.front());
  if (error != 0) return io_error(child.arguments.front() + ": cannot be started: " + std::strerror(error));
  return pid;
}

ChildEnd end_of(const siginfo_t& end) {
  if (end.si_code == CLD_EXITED) return {ChildEnd::How::kExited, end.si_status};
  return {ChildEnd::How::kSignalled, end.si_status};
}

/// Ends it and what it started. Until it has been waited for, its number and its group's are nobody else's.
void end_group(pid_t pid) {
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

ChildEnd killed(pid_t pid, ChildEnd::How how) {
  end_group(pid);
  return {how, SIGKILL};
}

}  // namespace

Result<ChildEnd> run_child(const ChildProcess& child) {
  PITLANE_TRY(const pid_t pid, start(child));
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(child.limit_s));
  for (;;) {
    siginfo_t ended{};
    const int looked = ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (looked == 0 && ended.si_pid == pid) {
      end_group(pid);  // what it left running
      return end_of(ended);
    }
    if (looked < 0 && errno != EINTR) return io_error(child.arguments.front() + ": lost: " + std::strerror(errno));
    if (child.stop && child.stop()) return killed(pid, ChildEnd::How::kStopped);
    if (Clock::now() >= end) return killed(pid, ChildEnd::How::kTooLong);
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace pitlane::cli
