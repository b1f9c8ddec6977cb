#include "pitlane/engine/graph_input.h"

#include <cstring>

namespace pitlane {

std::vector<float> graph_input(const InputSpec& input, const TensorView& given) {
  if (input.kind != InputKind::kImage) {
    std::vector<float> real(given.size_bytes / sizeof(float));
    std::memcpy(real.data(), given.data, real.size() * sizeof(float));
    if (input.kind == InputKind::kSpeed)
      for (float& v : real) v *= input.scale;
    return real;
  }
  const auto* bytes = static_cast<const std::uint8_t*>(given.data);
  const std::vector<float>& scale = input.preprocessing.scale;
  const std::vector<float>& offset = input.preprocessing.offset;
  std::vector<float> real(given.size_bytes);
  for (std::size_t i = 0; i < real.size(); ++i)
    real[i] = static_cast<float>(bytes[i]) * scale[i % scale.size()] + offset[i % offset.size()];
  return real;
}

}  // namespace pitlane
