#include "pitlane/network/sparse_spread.h"

namespace pitlane {

// Which bytes are zero is chance: arithmetic takes less time than a branch that is guessed wrong.
void spread_portable(Spread& spread) {
  for (; spread.mask_bytes > 0 && spread.packed_bytes >= 8; ++spread.mask, --spread.mask_bytes, spread.dense += 8) {
    const auto bits = static_cast<unsigned>(*spread.mask);
    std::size_t next = 0;
#pragma GCC unroll 8
    for (unsigned k = 0; k < 8; ++k) {
      const unsigned bit = bits >> k & 1U;
      spread.dense[k] = spread.packed[next] & static_cast<std::byte>(0U - bit);
      next += bit;
    }
    spread.packed += next;
    spread.packed_bytes -= next;
  }
}

}  // namespace pitlane
