// Ctrl-C, SIGTERM and SIGHUP (the terminal was closed): the first asks the work to stop at a safe point, a second
// Ctrl-C or SIGTERM ends the program at once. A SIGHUP that is ignored from the start (nohup) stays ignored.
#pragma once

namespace pitlane::cli {

void install_interrupt_handler();
[[nodiscard]] bool interrupt_requested();

}  // namespace pitlane::cli
