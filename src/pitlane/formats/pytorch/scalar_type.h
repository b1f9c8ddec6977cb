// The element types of PyTorch's tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pitlane {

enum class ScalarType : std::uint8_t { kBytes, kF32, kF64, kF16, kBf16, kI64, kI32, kI16, kI8, kU8, kBool };

struct ScalarInfo {
  ScalarType type;
  const char* storage;  ///< "FloatStorage"
  const char* dtype;    ///< "float32", as in torch.float32
  std::size_t bytes;
};

/// Null where nothing has that name.
const ScalarInfo* scalar_of_storage(std::string_view storage);
const ScalarInfo* scalar_of_dtype(std::string_view dtype);
const ScalarInfo& info_of(ScalarType type);

}  // namespace pitlane
