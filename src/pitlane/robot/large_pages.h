// Memory of a short start: a third of the time to the first command went into pages of 4 KiB that were touched one by
// one.
#pragma once

#include <cstddef>

namespace pitlane::robot {

/// From here on the heap lies in one piece, and what is next allocated, `bytes` at least, in pages of 2 MiB where the
/// kernel gives those to who asks. Takes address space; memory, as ever, when it is touched. To be called once, by the
/// only thread. Without glibc, or where the kernel refuses, nothing changes.
void expect_memory(std::size_t bytes);

}  // namespace pitlane::robot
