// Freed memory that stays with the process.
#pragma once

namespace pitlane {

/// While one lives, glibc's malloc keeps what is freed instead of giving large blocks back to the system: each batch
/// takes the same tens of megabytes anew, and a sixth of a step went into their page faults. (Blocks of more than 64
/// MiB are kept for the main thread alone.) The last one to go gives what is free back and leaves fixed thresholds,
/// those that glibc comes to by itself. Without effect under other libraries. Thread-safe.
class AllocationReuse {
 public:
  AllocationReuse();
  ~AllocationReuse();
  AllocationReuse(const AllocationReuse&) = delete;
  AllocationReuse& operator=(const AllocationReuse&) = delete;
};

}  // namespace pitlane
