// SIGINT, SIGTERM and SIGHUP (the terminal was closed; unless it is ignored from the start, as under nohup): the first
// ends the program in order, a second SIGINT or SIGTERM at once.
#pragma once

namespace pitlane::robot {

void install_stop_signals();
[[nodiscard]] bool stop_requested();
/// Waits until `fd` can be read (or has ended); false where a stop was requested before.
[[nodiscard]] bool wait_readable_or_stop(int fd);

}  // namespace pitlane::robot
