// Makes caches cold: reads more than the last of them holds.
#pragma once

#include <cstdint>

namespace pitlane {

class CacheEvictor {
 public:
  /// Twice the last-level cache, at most 1 GiB and a quarter of the memory that is free; 256 MiB where the size of the
  /// cache is not known. A process that runs on the same core, or shares the last cache, meets cold caches afterwards.
  CacheEvictor();
  ~CacheEvictor();
  CacheEvictor(const CacheEvictor&) = delete;
  CacheEvictor& operator=(const CacheEvictor&) = delete;

  void evict() noexcept;
  /// 0 where there was no memory: then evict() does nothing.
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::int64_t bytes_ = 0;
};

/// Of the last level, from the system; 0 where it does not say.
std::int64_t last_cache_bytes();

}  // namespace pitlane
