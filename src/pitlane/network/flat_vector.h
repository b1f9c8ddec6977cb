// Vectors of numbers as FlatBuffers holds them.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstring>
#include <type_traits>
#include <vector>

namespace pitlane {

/// Empty where there is none. Byte by byte: FlatBuffers' verifier does not ask that numbers of eight bytes lie at
/// multiples of eight, so a stranger's file may hold them anywhere.
template <typename T>
std::vector<T> copy_numbers(const flatbuffers::Vector<T>* values) {
  static_assert(std::is_arithmetic_v<T> && FLATBUFFERS_LITTLEENDIAN);
  std::vector<T> numbers(values == nullptr ? 0 : values->size());
  if (!numbers.empty()) std::memcpy(numbers.data(), values->Data(), numbers.size() * sizeof(T));
  return numbers;
}

}  // namespace pitlane
