// Memory for measurements of reading: in huge pages where the system gives them, so that caches are measured and not
// the translation of addresses; written once, since untouched pages are all one page of zeros.
#pragma once

#include <cstdint>

namespace pitlane {

/// Aligned to a page. Null where there is no such memory.
void* new_large_buffer(std::int64_t bytes);
/// `bytes` as given to new_large_buffer(); null is fine.
void delete_large_buffer(void* data, std::int64_t bytes) noexcept;

}  // namespace pitlane
