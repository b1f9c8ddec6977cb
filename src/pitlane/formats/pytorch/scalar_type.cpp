#include "pitlane/formats/pytorch/scalar_type.h"

#include <algorithm>
#include <array>

namespace pitlane {
namespace {

// In the order of the enumeration.
constexpr std::array kScalars = {
    ScalarInfo{ScalarType::kBytes, "UntypedStorage", "bytes", 1},
    ScalarInfo{ScalarType::kF32, "FloatStorage", "float32", 4},
    ScalarInfo{ScalarType::kF64, "DoubleStorage", "float64", 8},
    ScalarInfo{ScalarType::kF16, "HalfStorage", "float16", 2},
    ScalarInfo{ScalarType::kBf16, "BFloat16Storage", "bfloat16", 2},
    ScalarInfo{ScalarType::kI64, "LongStorage", "int64", 8},
    ScalarInfo{ScalarType::kI32, "IntStorage", "int32", 4},
    ScalarInfo{ScalarType::kI16, "ShortStorage", "int16", 2},
    ScalarInfo{ScalarType::kI8, "CharStorage", "int8", 1},
    ScalarInfo{ScalarType::kU8, "ByteStorage", "uint8", 1},
    ScalarInfo{ScalarType::kBool, "BoolStorage", "bool", 1},
};

}  // namespace

const ScalarInfo* scalar_of_storage(std::string_view storage) {
  const auto* found =
      std::find_if(kScalars.begin(), kScalars.end(), [&](const auto& s) { return storage == s.storage; });
  return found == kScalars.end() ? nullptr : found;
}

const ScalarInfo* scalar_of_dtype(std::string_view dtype) {
  const auto* found =
      std::find_if(kScalars.begin() + 1, kScalars.end(), [&](const auto& s) { return dtype == s.dtype; });
  return found == kScalars.end() ? nullptr : found;
}

const ScalarInfo& info_of(ScalarType type) { return kScalars[static_cast<std::size_t>(type)]; }

}  // namespace pitlane
