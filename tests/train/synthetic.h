// A tiny learnable problem: a bright bar on noise, whose position is the steering and whose brightness the speed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/data/dataset.h"
#include "pitlane/data/split.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/network.h"

namespace pitlane::testing {

inline std::vector<OutputSpec> tiny_outputs() { return {{"v", "m/s", 0, 10, -1, 0}, {"w", "rad/s", -2, 2, -1, 0}}; }

inline Preprocessing tiny_preprocessing(int width, int height) {
  Preprocessing p;
  p.source_width = p.width = width;
  p.source_height = p.height = height;
  p.crop = {0, 0, width, height};
  return p;
}

inline Dataset bar_dataset(int width, int height, int samples, std::uint64_t seed) {
  Dataset d;
  d.width = width;
  d.height = height;
  d.channels = 3;
  d.outputs = tiny_outputs();
  Random random(seed);
  for (int s = 0; s < samples; ++s) {
    const auto bar = static_cast<int>(random.index(static_cast<std::size_t>(width)));
    const auto light = static_cast<int>(150 + random.index(100));
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < 3; ++c)
          d.pictures.push_back(static_cast<std::uint8_t>((x == bar ? light : 20) + static_cast<int>(random.index(5))));
    d.labels.push_back(static_cast<float>(light - 150) / 100.F);
    d.labels.push_back((static_cast<float>(bar) + 0.5F) / static_cast<float>(width));
    d.session.push_back(0);
    d.row.push_back(s);
    d.side_camera.push_back(0);
  }
  hash_dataset(d);
  return d;
}

// Noise for a network that may look back and read speed, command and light; each picture darker than the one before it
// (to a network, noise looks like other noise of the same brightness). Two drives.
inline Dataset noise_for(const Network& network, int samples, std::uint64_t seed) {
  const InputSpec& image = *image_input(network).value();
  Dataset d;
  d.width = image.preprocessing.width;
  d.height = image.preprocessing.height;
  d.channels = channels_of(image.preprocessing.format);
  d.outputs = network.outputs;
  Random random(seed);
  for (int s = 0; s < samples; ++s) {
    for (std::size_t i = 0; i < d.picture_bytes(); ++i)
      d.pictures.push_back(static_cast<std::uint8_t>(random.index(256) / static_cast<std::size_t>(1 + s)));
    for (std::size_t k = 0; k < d.outputs.size(); ++k) d.labels.push_back(static_cast<float>(random.uniform()));
    d.session.push_back(0);
    d.row.push_back(s);
    d.side_camera.push_back(0);
    d.drive.push_back(2 * s < samples ? 0 : 1);
    d.speed_mps.push_back(static_cast<float>(random.uniform(0, 20)));
    d.command.push_back(static_cast<int>(random.index(4)));
    d.light.push_back(static_cast<int>(random.index(4)));
  }
  hash_dataset(d);
  return d;
}

// The last fifth validates.
inline Split tail_split(const Dataset& dataset) {
  Split split;
  for (std::int64_t i = 0; i < dataset.size(); ++i)
    (i < dataset.size() * 4 / 5 ? split.train : split.validation).push_back(i);
  return split;
}

// BatchNorm, a padded strided convolution, a dense layer with every kind of weight: small, but nothing is left out.
inline Network tiny_network(int width, int height, std::uint64_t seed = 1, const Padding& padding = {0, 1, 1, 2}) {
  Random random(seed);
  NetworkBuilder builder("tiny");
  const auto weight = [&](const std::string& name, const Shape& shape, double limit) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& v : values) v = static_cast<float>(random.uniform(-limit, limit));
    return builder.weight(make_f32_weight(name, shape, std::move(values)));
  };
  const auto constant = [&](const std::string& name, std::int64_t n, float value) {
    return builder.weight(make_f32_weight(name, {n}, std::vector<float>(static_cast<std::size_t>(n), value)));
  };
  ValueId x = builder.image("camera", tiny_preprocessing(width, height));
  BatchNorm norm;
  norm.gamma = constant("norm.gamma", 3, 1);
  norm.beta = constant("norm.beta", 3, 0);
  norm.mean = constant("norm.mean", 3, 0);
  norm.variance = constant("norm.variance", 3, 1);
  x = builder.add("norm", norm, {x});
  Conv2d conv;
  conv.stride_h = 2;
  conv.padding = padding;
  conv.weight = weight("conv.weight", {6, 3, 3, 3}, 0.3);
  conv.bias = weight("conv.bias", {6}, 0.1);
  conv.activation = Activation::kElu;
  x = builder.add("conv", conv, {x});
  x = builder.add("flatten", Flatten{}, {x});
  Dense hidden;
  hidden.weight = weight("hidden.weight", {16, builder.shape(x)[0]}, 0.1);
  hidden.bias = weight("hidden.bias", {16}, 0.1);
  hidden.activation = Activation::kRelu;
  x = builder.add("hidden", hidden, {x});
  Dense last;
  last.weight = weight("last.weight", {2, 16}, 0.3);
  last.bias = weight("last.bias", {2}, 0.1);
  x = builder.add("last", last, {x});
  int element = 0;
  for (OutputSpec output : tiny_outputs()) {
    output.value = x;
    output.element = element++;
    builder.output(std::move(output));
  }
  return std::move(builder).build().value();
}

}  // namespace pitlane::testing
