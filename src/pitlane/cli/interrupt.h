// Ctrl-C and SIGTERM: the first asks the work to stop at a safe point, the second ends the program at once.
#pragma once

namespace pitlane::cli {

void install_interrupt_handler();
[[nodiscard]] bool interrupt_requested();

}  // namespace pitlane::cli
