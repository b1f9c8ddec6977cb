#include "pitlane/cli/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace pitlane::cli {
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
  constexpr char kText[] = "\npitlane: stopping at the next safe point (again to stop at once)\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
}

}  // namespace

void install_interrupt_handler() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // Under nohup it is ignored, and stays so.
  struct sigaction before {};
  if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
}

bool interrupt_requested() { return g_requested != 0; }

}  // namespace pitlane::cli
