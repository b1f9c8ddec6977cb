// What Keras is fed in its own order, as the inputs of an imported network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/network/network.h"

namespace pitlane::testing {

/// Numbers from -1 to 1; `formula` in references/make_keras_references.py.
inline std::vector<float> formula(std::int64_t count, std::uint32_t run, std::uint32_t stream) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    std::uint32_t h = i * 2654435761U + (run * 40503U + stream * 97U + 12345U);
    h ^= h >> 15U;
    h *= 2246822519U;
    h ^= h >> 13U;
    values[i] = static_cast<float>(static_cast<double>(h) / 2147483648.0 - 1);
  }
  return values;
}

/// Frames {T, H, W, C} in Keras' order as one picture {H, W, T * C}; other shapes stay.
inline std::vector<float> as_picture(const std::vector<float>& keras, const Shape& shape) {
  if (shape.size() != 4) return keras;
  const std::int64_t frames = shape[0], pixels = shape[1] * shape[2], channels = shape[3];
  std::vector<float> picture(keras.size());
  for (std::int64_t t = 0; t < frames; ++t)
    for (std::int64_t p = 0; p < pixels; ++p)
      for (std::int64_t c = 0; c < channels; ++c)
        picture[static_cast<std::size_t>((p * frames + t) * channels + c)] =
            keras[static_cast<std::size_t>((t * pixels + p) * channels + c)];
  return picture;
}

/// Outputs in their order.
inline std::vector<float> outputs_of(const Network& network, const std::vector<std::vector<float>>& values) {
  std::vector<float> outputs;
  for (const OutputSpec& output : network.outputs)
    outputs.push_back(values[static_cast<std::size_t>(output.value)][static_cast<std::size_t>(output.element)]);
  return outputs;
}

}  // namespace pitlane::testing
