// What a robot's control loop may rely on, from frame to command.
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "engine/counters.h"
#include "pitlane/driver/driver.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/families.h"

namespace pitlane::testing {
namespace {

// A network with two inputs and a history of frames, so that both are filled in each step.
TEST(ControlStep, NeitherAllocatesNorLocks) {
  for (const char* family : {"pilotnet-torch", "pilotnet-x3-timedistributed-v"}) {
    SCOPED_TRACE(family);
    FamilyOptions options;
    options.outputs = {{.name = "v", .unit = "m/s", .low = 0, .high = 10},
                       {.name = "w", .unit = "rad/s", .low = -3, .high = 3}};
    const Network network = *(*find_family(family))->build(options);
    const auto plan = *compile(network);
    const std::unique_ptr<Driver> driver = *Driver::create(network, plan->new_session());
    const Preprocessing& camera = network.inputs[0].preprocessing;
    const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(camera.source_width) * camera.source_height * 3,
                                           77);
    const ImageView frame{pixels.data(), camera.source_width, camera.source_height,
                          static_cast<std::ptrdiff_t>(camera.source_width) * 3, PixelFormat::kRgb};
    Outputs outputs;
    double time_s = 0;
    const auto step = [&] {
      time_s += 0.05;
      return driver->step({{&frame, 1}, time_s, 3.5, 0}, outputs);
    };
    for (int warm = 0; warm < 5; ++warm) ASSERT_EQ(step(), StepStatus::kOk);
    const long allocated = allocations(), locked = locks();
    for (int i = 0; i < 20; ++i) ASSERT_EQ(step(), StepStatus::kOk);
    EXPECT_EQ(allocations(), allocated);
    EXPECT_EQ(locks(), locked);
  }
}

}  // namespace
}  // namespace pitlane::testing
