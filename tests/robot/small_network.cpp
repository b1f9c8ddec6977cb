#include "small_network.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

#include "pitlane/network/builder.h"
#include "pitlane/network/pit_file.h"

namespace pitlane::testing {

void save_small_network(const SmallNetwork& small, const std::filesystem::path& path) {
  NetworkBuilder builder("small");
  Preprocessing p;
  p.source_width = p.width = 4;
  p.source_height = p.height = 2;
  p.crop = {0, 0, 4, 2};
  p.format = small.format;
  const auto channels = static_cast<std::size_t>(channels_of(p.format));
  p.scale.assign(channels, 1 / 256.F);
  p.offset.assign(channels, 0);
  std::vector<ValueId> seen = {builder.add("flat", Flatten{}, {builder.image("camera", p)})};
  std::vector<float> row(channels == 3 ? 16 : 8, small.weight);
  row.resize(8 * channels, 0.0F);
  if (small.speed) {
    seen.push_back(builder.vector("speed", InputKind::kSpeed, 1));
    row.push_back(1);
  }
  if (small.command) {
    seen.push_back(builder.vector("command", InputKind::kCommand, 3));
    row.resize(row.size() + 3, 0.0F);
  }
  const auto inputs = static_cast<std::int64_t>(row.size());
  const auto outputs = static_cast<std::int64_t>(small.outputs.size());
  row.resize(row.size() * small.outputs.size(), 0.0F);
  Dense dense;
  dense.weight = builder.weight(make_f32_weight("mean", {outputs, inputs}, std::move(row)));
  const ValueId all = seen.size() == 1 ? seen.front() : builder.add("all", Concat{}, seen);
  const ValueId y = builder.add("dense", dense, {all});
  for (std::size_t i = 0; i < small.outputs.size(); ++i) {
    OutputSpec output = small.outputs[i];
    output.value = y;
    output.element = static_cast<int>(i);
    builder.output(output);
  }
  const auto network = std::move(builder).build();
  ASSERT_TRUE(network.ok()) << network.error().message();
  ASSERT_TRUE(save_pit(*network, path).ok());
}

std::string grey_frame(int level) { return std::string(24, static_cast<char>(level)); }

std::string state_header(double time_s, float speed_mps, std::int32_t command) {
  std::string bytes(20, '\0');
  std::memcpy(bytes.data(), &time_s, 8);
  std::memcpy(bytes.data() + 8, &speed_mps, 4);
  std::memcpy(bytes.data() + 12, &command, 4);
  return bytes;
}

void save_int8_pilotnet(const std::filesystem::path& path) {
  auto network = load_pit(PITLANE_SOURCE_DIR "/examples/pilotnet.pit");
  ASSERT_TRUE(network.ok());
  for (Weight& weight : network->weights)
    if (weight.shape.size() > 1) weight = quantize_i8(weight);
  ASSERT_TRUE(save_pit(*network, path).ok());
}

}  // namespace pitlane::testing
