#include <cstdio>
#include <cstdlib>

#include "pitlane/core/result.h"

namespace pitlane::internal {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "pitlane: internal error: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace pitlane::internal
