// Counts what a control loop must not do, in the whole program.
#pragma once

namespace pitlane::testing {

/// Of memory, by new, malloc and their kin. Exceptions are among them: each is allocated before it is thrown. Under
/// sanitizers, which have an allocator of their own, and with a static libc, by new alone.
long allocations();
/// Of mutexes and read-write locks. There always 0, see counts_locks().
long locks();
bool counts_locks();

}  // namespace pitlane::testing
