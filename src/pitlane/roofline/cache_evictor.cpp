#include "pitlane/roofline/cache_evictor.h"

#include <unistd.h>

#include <algorithm>

#include "pitlane/roofline/large_buffer.h"
#include "pitlane/roofline/loop_table.h"

namespace pitlane {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;

std::int64_t eviction_bytes() {
  const std::int64_t cache = last_cache_bytes();
  const std::int64_t wanted = cache > 0 ? 2 * cache : 256 * kMiB;
  const std::int64_t free = std::int64_t{::sysconf(_SC_AVPHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  return std::max(kMiB, std::min({wanted, 1024 * kMiB, free / 4}) / kMiB * kMiB);
}

}  // namespace

std::int64_t last_cache_bytes() {
  for (const int name : {_SC_LEVEL4_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL2_CACHE_SIZE})
    if (const long bytes = ::sysconf(name); bytes > 0) return bytes;
  return 0;
}

CacheEvictor::CacheEvictor() {
  const std::int64_t bytes = eviction_bytes();
  data_ = new_large_buffer(bytes);
  if (data_ != nullptr) bytes_ = bytes;
}

CacheEvictor::~CacheEvictor() { delete_large_buffer(data_, bytes_); }

void CacheEvictor::evict() noexcept {
  alignas(64) unsigned char sink[64];
  if (bytes_ > 0) best_read_loop().run(data_, bytes_, sink);
}

}  // namespace pitlane
