#include "pitlane/kernels/avx512/vector.h"
#include "pitlane/kernels/levels.h"
#include "pitlane/kernels/lstm_body.h"

namespace pitlane::kernels {

// For so few units half of the lanes would be empty, and sixteen divisions take twice as long as eight.
void lstm_avx512(const Lstm& l) { l.units <= 8 ? lstm_avx2(l) : lstm_body<Avx512>(l); }

}  // namespace pitlane::kernels
