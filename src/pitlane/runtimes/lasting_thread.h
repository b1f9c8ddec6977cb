// A thread that lives as long as the program.
#pragma once

#include <functional>

namespace pitlane {

/// Runs `work` there and waits for it. Linux ends a child with PR_SET_PDEATHSIG when the *thread* that started it ends:
/// workers that outlive the thread of a drive are started here. Thread-safe; `work` must not throw.
void run_on_lasting_thread(const std::function<void()>& work);

}  // namespace pitlane
