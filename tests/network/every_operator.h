// One of each operator, with attributes that are not the usual ones; several inputs, memory.
#pragma once

#include <utility>
#include <vector>

#include "pitlane/network/builder.h"

namespace pitlane {

inline Network every_operator() {
  NetworkBuilder b("every-operator");
  Preprocessing p;
  p.source_width = p.width = 8;
  p.source_height = p.height = 6;
  p.crop = {0, 0, 8, 6};
  p.frames = 2;
  const ValueId image = b.image("camera", p, {0, 5});
  const ValueId speeds = b.vector("speed", InputKind::kSpeed, 2, 0.25F, {0, 7});
  const ValueId light = b.vector("light", InputKind::kLight, 4);
  const auto weight = [&b](const Shape& shape) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 7) * 0.125F + 0.25F;
    return b.weight(make_f32_weight("w", shape, std::move(values)));
  };
  Conv2d conv;
  conv.groups = 3;
  conv.stride_w = 2;
  conv.padding = {1, 0, 1, 2};
  conv.pad_value = {1, 2, 3, 4, 5, 6};
  conv.weight = weight({3, 3, 3, 2});
  conv.activation = Activation::kRelu6;
  ValueId x = b.add("conv", conv, {image});
  BatchNorm norm{weight({3}), weight({3}), weight({3}), weight({3}), 0.5F};
  x = b.add("norm", norm, {x});
  Pool2d pool;
  pool.kind = PoolKind::kAverage;
  pool.window_h = 2;
  pool.window_w = 3;
  pool.stride_h = 2;
  pool.padding = {0, 1, 1, 2};
  x = b.add("pool", pool, {x});
  x = b.add("pad", Pad{{0, 1, 2, 0}, -0.5F}, {x});
  x = b.add("curve", Activate{Activation::kHardSigmoid, 0.125F}, {x});
  x = b.add("slice", Slice{{1, 0, 1}, {3, 2, 3}}, {x});
  const ValueId wide = b.add("expand", Expand{2, 2}, {speeds});
  x = b.add("scaled", Multiply{}, {b.add("added", Add{}, {x, wide}), speeds});
  x = b.add("flat", Flatten{}, {b.add("turned", Reshape{{4, 2}}, {x})});
  x = b.add("shares", Softmax{}, {b.add("joined", Concat{}, {x, light, speeds})});
  const ValueId before = b.state("memory", {3});
  Dense dense{weight({3, 17}), weight({3}), Activation::kTanh};
  const ValueId after = b.add("dense", dense, {b.add("with memory", Concat{}, {x, before})});
  b.remember(before, after);
  b.output({.name = "v", .unit = "m/s", .low = 0, .high = 10, .value = after});
  b.output({.name = "w", .unit = "rad/s", .low = -1, .high = 1, .value = after, .element = 2});
  return std::move(b).build().value();
}

}  // namespace pitlane
