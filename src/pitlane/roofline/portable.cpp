// For processors that have no loops of their own: vectors of 16 bytes, which SSE2 and NEON both have. Compiled with
// -ffp-contract=fast, so that a fused multiply-add is one where there is such an instruction.
#include <cstddef>

#include "pitlane/roofline/loops.h"

namespace pitlane {
namespace {

using Floats = float __attribute__((vector_size(16)));
using Words = std::uint64_t __attribute__((vector_size(16), aligned(16)));
constexpr int kVectors = 8;  // with 4 floats each: kPortableMacs

}  // namespace

void multiply_f32_portable(std::int64_t rounds, void* sink) {
  Floats sums[kVectors] = {};
  volatile float seed = 0.5F;
  const float value = seed;
  const Floats a = {value, value, value, value};
  const Floats b = {value, value, value, value};
  for (std::int64_t i = 0; i < rounds; ++i)
    for (Floats& sum : sums) sum = sum * a + b;  // tends to 1; a * b alone would be computed once
  for (int v = 1; v < kVectors; ++v) sums[0] += sums[v];
  *static_cast<Floats*>(sink) = sums[0];
}

void read_portable(const void* data, std::int64_t bytes, void* sink) {
  Words sums[kVectors] = {};
  const auto* at = static_cast<const Words*>(data);
  for (std::int64_t i = 0; i < bytes / static_cast<std::int64_t>(sizeof(Words)); i += kVectors)
    for (int v = 0; v < kVectors; ++v) sums[v] |= at[i + v];
  for (int v = 1; v < kVectors; ++v) sums[0] |= sums[v];
  *static_cast<Words*>(sink) = sums[0];
}

}  // namespace pitlane
