// Numbers as the bytes of a tensor.
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "pitlane/network/weight.h"

namespace pitlane::tflite {

/// A copy, in this processor's order of bytes (little endian, as the format's).
template <typename T>
SharedBytes bytes_of(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return SharedBytes(std::move(bytes));
}

}  // namespace pitlane::tflite
