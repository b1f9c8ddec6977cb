#include "pitlane/runtimes/file_input.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "network/small_network.h"
#include "pitlane/core/random.h"
#include "pitlane/network/families.h"

namespace pitlane {
namespace {

std::vector<std::byte> drawn(Random& random, std::size_t bytes, bool image) {
  std::vector<std::byte> data(bytes);
  if (image)
    for (std::byte& byte : data) byte = static_cast<std::byte>(random.next());
  return data;  // other numbers: zeros, which no conversion may change
}

// The way that other callers take, number by number.
TEST(FileInputWriter, WritesTheBytesOfFileInput) {
  Random random(7);
  int pictures = 0;
  for (const Family& family : families()) {
    const Network network = family.build(small_options()).value();
    for (const ExportKind kind : {ExportKind::kOnnx, ExportKind::kTflite, ExportKind::kKeras})
      for (const bool raw : {false, true}) {
        ExportOptions options;
        options.kind = kind;
        options.raw_input = raw && kind == ExportKind::kOnnx;
        for (const FilePort& port : file_ports(network, options)) {
          const FileInputWriter writer(port);
          const bool image = port.input.kind == InputKind::kImage;
          pictures += image ? 1 : 0;
          const std::vector<std::byte> data = drawn(random, writer.given_bytes(), image);
          std::vector<std::byte> written(writer.size_bytes(), std::byte{0x55});
          writer.write({data.data(), data.size()}, written);
          EXPECT_EQ(written, file_input(port, {data.data(), data.size()})) << family.name << ", " << port.input.name;
        }
      }
  }
  EXPECT_GT(pictures, 10);
}

}  // namespace
}  // namespace pitlane
