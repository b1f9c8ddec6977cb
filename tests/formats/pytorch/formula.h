// Weights and pictures from the formula of families.py, so that a file of PyTorch's can be made without PyTorch.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/pytorch/torch_writer.h"
#include "formats/zip_writer.h"

namespace pitlane {

inline std::vector<float> hashed(std::int64_t count, std::uint32_t seed) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint32_t h = static_cast<std::uint32_t>(i) * 2654435761U + seed;
    h ^= h >> 16U;
    h *= 0x85EBCA6BU;
    h ^= h >> 13U;
    h *= 0xC2B2AE35U;
    h ^= h >> 16U;
    values[i] = static_cast<float>(h >> 8U) * 0x1p-24F;
  }
  return values;
}

inline std::vector<float> formula_weight(const std::string& name, const Shape& shape) {
  std::vector<float> values = hashed(element_count(shape), crc_of(name));
  if (name.ends_with("running_var") || (shape.size() == 1 && name.starts_with("ln_") && name.ends_with("weight"))) {
    for (float& v : values) v += 0.5F;
    return values;
  }
  const std::int64_t fan_in = shape.size() > 1 ? element_count(shape) / shape[0] : 25;
  const auto width = static_cast<float>(2 * std::sqrt(6.0 / static_cast<double>(fan_in)));
  for (float& v : values) v = (v - 0.5F) * width;
  return values;
}

/// {H, W, C} bytes over 255.
inline std::vector<float> formula_picture(const Shape& shape, int number, int camera) {
  std::vector<float> pixels = hashed(element_count(shape), static_cast<std::uint32_t>(1000 * number + camera));
  for (float& v : pixels) v = std::floor(v * 256.0F) * (1 / 255.0F);
  return pixels;
}

inline void add_formula(TorchFile& file, const std::string& name, const Shape& shape) {
  file.add(name, shape, formula_weight(name, shape));
}

inline void add_layer(TorchFile& file, const std::string& name, const Shape& weight) {
  add_formula(file, name + ".weight", weight);
  add_formula(file, name + ".bias", {weight[0]});
}

inline void add_norm(TorchFile& file, const std::string& name, std::int64_t channels) {
  for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
    add_formula(file, name + part, {channels});
  file.add(name + ".num_batches_tracked", {}, {0});
}

inline TorchFile pilotnet_file(std::int64_t channels = 3, const Shape& widths = {24, 36, 48, 64, 64}) {
  TorchFile file;
  add_norm(file, "ln_1", channels);
  std::int64_t before = channels;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::int64_t kernel = i < 3 ? 5 : 3;
    add_layer(file, "cn_" + std::to_string(i + 1), {widths[i], before, kernel, kernel});
    before = widths[i];
  }
  before *= 18;
  int number = 1;
  for (const std::int64_t width : {1164, 100, 50, 10, 2}) {
    add_layer(file, "fc_" + std::to_string(number++), {width, before});
    before = width;
  }
  return file;
}

inline TorchFile tiny_file(std::int64_t channels, std::int64_t first, std::int64_t outputs, bool embedded = false) {
  TorchFile file;
  for (int i = 1; i <= 3; ++i) add_layer(file, "cn_" + std::to_string(i), {8, i == 1 ? channels : 8, 3, 3});
  for (int i = 0; i < 3; ++i) add_layer(file, "clstm_n.cell_list." + std::to_string(i) + ".conv", {32, 16, 5, 5});
  if (embedded) add_formula(file, "embedding.weight", {4, 5});
  add_layer(file, "fc_1", {50, first});
  add_layer(file, "fc_2", {10, 50});
  add_layer(file, "fc_3", {outputs, 10});
  return file;
}

inline TorchFile deep_pilot_file() {
  TorchFile file;
  add_layer(file, "cn_1", {64, 3, 7, 7});
  add_norm(file, "ln_1", 64);
  add_layer(file, "re_1", {64, 64, 1, 1});
  add_layer(file, "cn_2", {192, 64, 3, 3});
  add_norm(file, "ln_2", 192);
  struct Block {
    std::int64_t inputs, re_1, o_1, re_2, o_2, o_3, o_0, narrow;
  };
  int number = 1;
  for (const Block& b : {Block{192, 96, 128, 16, 32, 32, 64, 3}, Block{256, 128, 192, 32, 96, 64, 128, 1},
                         Block{480, 96, 208, 16, 48, 64, 192, 1}}) {
    const std::string name = "im_" + std::to_string(number++) + "_";
    add_layer(file, name + "re_1", {b.re_1, b.inputs, 1, 1});
    add_layer(file, name + "o_1", {b.o_1, b.re_1, 3, 3});
    add_layer(file, name + "re_2", {b.re_2, b.inputs, b.narrow, b.narrow});
    add_layer(file, name + "o_2", {b.o_2, b.re_2, 5, 5});
    add_layer(file, name + "o_3", {b.o_3, b.inputs, 1, 1});
    add_layer(file, name + "o_0", {b.o_0, b.inputs, 1, 1});
  }
  add_layer(file, "last_re_1", {128, 512, 1, 1});
  for (const char* axis : {"r", "p", "y"}) {
    add_layer(file, std::string("fc_") + axis + "1", {1024, 1152});
    add_layer(file, std::string("fc_") + axis + "2", {1, 1024});
  }
  return file;
}

}  // namespace pitlane
