#include "pitlane/driver/vehicle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace pitlane {
namespace {

using ::testing::HasSubstr;

const std::vector<OutputSpec> kDirect = {{"v", "m/s", 0, 1, 0, 0}, {"w", "rad/s", 0, 1, 0, 1}};
const std::vector<OutputSpec> kSteering = {{"steering", "1", -1, 1, 0, 0}};

Outputs outputs(std::initializer_list<Outputs::Item> items) {
  Outputs out;
  for (const auto& item : items) out.push(item);
  return out;
}

TEST(VehicleAdapter, DirectPassesThrough) {
  const auto adapter = VehicleAdapter::create({}, kDirect).value();
  EXPECT_EQ(adapter.command(outputs({{"v", "m/s", 8}, {"w", "rad/s", -1}})), (Command{8, -1}));
}

TEST(VehicleAdapter, MissingOrBrokenOutputsGiveNoCommand) {
  const auto adapter = VehicleAdapter::create({}, kDirect).value();
  EXPECT_EQ(adapter.command(outputs({{"v", "m/s", 8}})), std::nullopt);
  EXPECT_EQ(adapter.command(outputs({{"v", "", 8}, {"w", "", std::numeric_limits<double>::quiet_NaN()}})),
            std::nullopt);
}

TEST(VehicleAdapter, SteeringBecomesCurvatureAtConstantSpeed) {
  const auto adapter = VehicleAdapter::create({"steering:10:0.2"}, kSteering).value();
  EXPECT_EQ(adapter.command(outputs({{"steering", "1", 0.5}})), (Command{10, -1}));
  const auto left = VehicleAdapter::create({"steering:10:0.2:left"}, kSteering).value();
  EXPECT_EQ(left.command(outputs({{"steering", "1", 5}})), (Command{10, 2}));
}

TEST(VehicleAdapter, SteeringNetworkNeedsANamedAdapter) {
  EXPECT_THAT(VehicleAdapter::create({}, kSteering).error().message(), HasSubstr("e.g. --vehicle steering:8:0.5"));
}

TEST(VehicleAdapter, MistakesAreNamed) {
  const auto message = [](const char* text) { return VehicleAdapter::create({text}, kSteering).error().message(); };
  EXPECT_THAT(message("steering:fast"), HasSubstr("'fast' is not a number"));
  EXPECT_THAT(message("steering:-3"), HasSubstr("must be positive"));
  EXPECT_THAT(message("tank"), HasSubstr("unknown adapter"));
  EXPECT_THAT(message("steering:8:0.5:up"), HasSubstr("not 'up'"));
  EXPECT_THAT(VehicleAdapter::create({"steering:8"}, kDirect).error().message(), HasSubstr("has no output 'steering'"));
}

TEST(VehicleAdapter, SteeringOfACommandIsTheInverse) {
  OutputSpec steering;
  steering.name = "steering";
  for (const char* text : {"steering:8:0.5", "steering:8:0.5:left"}) {
    const VehicleAdapter adapter = VehicleAdapter::create({text}, {steering}).value();
    const double sign = std::string(text).ends_with("left") ? 1 : -1;
    EXPECT_DOUBLE_EQ(adapter.steering({8, 2}).value(), sign * 0.5);
    EXPECT_DOUBLE_EQ(adapter.steering({16, 4}).value(), sign * 0.5) << "the curve counts, not the speed";
    EXPECT_DOUBLE_EQ(adapter.steering({1, 7}).value(), sign);
    EXPECT_FALSE(adapter.steering({0, 1}).has_value());
  }
  EXPECT_FALSE(VehicleAdapter().steering({8, 2}).has_value());
}

}  // namespace
}  // namespace pitlane
