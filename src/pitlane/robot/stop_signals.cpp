#include "pitlane/robot/stop_signals.h"

#include <poll.h>

#include <cerrno>
#include <csignal>

namespace pitlane::robot {
namespace {

volatile std::sig_atomic_t g_requested = 0;

// Only what POSIX allows in a handler.
void on_signal(int signal) {
  if (g_requested != 0) {
    // Of a terminal that closes, its shell and the kernel each may tell.
    if (signal == SIGHUP) return;
    std::signal(signal, SIG_DFL);
    ::raise(signal);
    return;
  }
  g_requested = 1;
}

}  // namespace

void install_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;  // no SA_RESTART: a write that waits for its reader ends too
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // Under nohup it is ignored, and stays so.
  struct sigaction before {};
  if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
}

bool stop_requested() { return g_requested != 0; }

// ppoll lets the signals in only while it waits, so none is lost between the look and the wait.
bool wait_readable_or_stop(int fd) {
  sigset_t stops, before;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &stops, &before);
  int ready = 0;
  while (ready == 0 && !stop_requested()) {
    pollfd poll{fd, POLLIN, 0};
    ready = ::ppoll(&poll, 1, nullptr, &before);
    if (ready < 0 && errno == EINTR) ready = 0;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return !stop_requested();
}

}  // namespace pitlane::robot
