#include "pitlane/runtimes/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "pitlane/runtimes/lasting_thread.h"

namespace pitlane {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kBetweenLooks_ms = 20;
constexpr std::chrono::seconds kToEnd{5};  // of one that has closed its ends
constexpr std::size_t kKept = 16'384;      // bytes of its complaints
constexpr int kMostReads = 64;             // before its owner is asked again whether it may go on

/// Where its three streams lead.
class Streams {
 public:
  Streams(int socket, int complaints) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, complaints, STDERR_FILENO);
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

/// Two ends of something, closed where they were not taken.
struct Ends {
  std::array<int, 2> ends{-1, -1};
  Ends() = default;
  ~Ends() {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  [[nodiscard]] int theirs() const { return ends[1]; }
  int take_ours() { return std::exchange(ends[0], -1); }
};

Result<pid_t> spawn(std::vector<std::string> words, int socket, int complaints) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const Streams streams(socket, complaints);
  const Attributes attributes;
  pid_t pid = -1;
  int error = 0;
  run_on_lasting_thread(
      [&] { error = ::posix_spawnp(&pid, pointers[0], streams.get(), attributes.get(), pointers.data(), environ); });
  if (error == ENOENT) return not_found("there is no program " + words.front());
  if (error != 0) return io_error(words.front() + ": cannot be started: " + std::strerror(error));
  return pid;
}

ChildEnd end_of(const siginfo_t& end) {
  if (end.si_code == CLD_EXITED) return {ChildEnd::How::kExited, end.si_status};
  return {ChildEnd::How::kSignalled, end.si_status};
}

/// Empty: it runs. It is left to be waited for.
std::optional<ChildEnd> look_at(pid_t pid) {
  siginfo_t ended{};
  const int looked = ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
  if (looked == 0 && ended.si_pid == pid) return end_of(ended);
  if (looked < 0 && errno != EINTR) return ChildEnd{};
  return std::nullopt;
}

}  // namespace

Patience Patience::of(double seconds, const std::function<bool()>& stop) {
  return {Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)), stop};
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const std::vector<std::string>& arguments) {
  Ends talk, complaints;
  // A socket, since writing to one whose other end is gone can be told to raise no SIGPIPE.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk.ends.data()) != 0 ||
      ::pipe2(complaints.ends.data(), O_CLOEXEC) != 0)
    return io_error(arguments.front() + ": cannot be spoken with: " + std::strerror(errno));
  PITLANE_TRY(const pid_t pid, spawn(arguments, talk.theirs(), complaints.theirs()));
  const int heard = complaints.take_ours();
  ::fcntl(heard, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, talk.take_ours(), heard));
}

ChildProcess::~ChildProcess() {
  end_group();
  ::close(socket_);
  if (complaints_ >= 0) ::close(complaints_);
}

/// Until it has been waited for, its number and its group's are nobody else's.
void ChildProcess::end_group() {
  if (pid_ == 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

/// What it says on stderr is taken off it all the while: it would wait for somebody to read it.
ChildProcess::Outcome ChildProcess::await(short events, const Patience& patience) {
  for (;;) {
    if (patience.stop && patience.stop()) return Outcome::kStopped;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience.until - Clock::now()).count();
    const bool gone = look_at(pid_).has_value();  // looked at first: what it said before is there then
    const int wait_ms = gone ? 0 : static_cast<int>(std::clamp<std::int64_t>(left, 0, kBetweenLooks_ms));
    std::array<pollfd, 2> watched{{{socket_, events, 0}, {complaints_, POLLIN, 0}}};  // -1 is passed over
    ::poll(watched.data(), watched.size(), wait_ms);
    if (watched[1].revents != 0) listen();
    if (watched[0].revents != 0) return Outcome::kDone;
    if (gone) return Outcome::kEnded;         // something that it started may still hold its ends
    if (left <= 0) return Outcome::kTooLong;  // looked at once more: our own program may have been stopped (Ctrl-Z)
  }
}

void ChildProcess::listen() {
  std::array<char, 4096> part{};
  for (int i = 0; i < kMostReads && complaints_ >= 0; ++i) {
    const ssize_t count = ::read(complaints_, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (count <= 0) {
      ::close(std::exchange(complaints_, -1));
      return;
    }
    heard_.append(part.data(), static_cast<std::size_t>(count));
    if (heard_.size() > kKept) heard_.erase(0, heard_.size() - kKept);
  }
}

const std::string& ChildProcess::complaints() {
  listen();
  return heard_;
}

ChildProcess::Outcome ChildProcess::write(std::span<const std::byte> bytes, const Patience& patience) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Outcome::kEnded;
    if (const Outcome outcome = await(POLLOUT, patience); outcome != Outcome::kDone) return outcome;
  }
  return Outcome::kDone;
}

ChildProcess::Outcome ChildProcess::read(std::span<std::byte> bytes, const Patience& patience) {
  while (!bytes.empty()) {
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count == 0) return Outcome::kEnded;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Outcome::kEnded;
    if (const Outcome outcome = await(POLLIN, patience); outcome != Outcome::kDone) return outcome;
  }
  return Outcome::kDone;
}

std::string ChildProcess::read_what_is_there(std::size_t most) {
  std::string text(most, '\0');
  const ssize_t count = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

ChildEnd ChildProcess::wait() {
  std::optional<ChildEnd> end;
  for (const auto until = Clock::now() + kToEnd; !end && Clock::now() < until;) {
    listen();
    end = look_at(pid_);
    if (!end) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  end_group();
  return end.value_or(ChildEnd{});
}

bool ChildProcess::is_waiting() const {
  pollfd watched{socket_, POLLIN, 0};
  return pid_ != 0 && !look_at(pid_) && ::poll(&watched, 1, 0) == 0;
}

}  // namespace pitlane
