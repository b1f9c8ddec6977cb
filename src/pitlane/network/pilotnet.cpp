#include "pitlane/network/pilotnet.h"

#include <array>
#include <string>

#include "pitlane/network/family_parts.h"

namespace pitlane {
namespace {

using Channels = std::array<std::int64_t, 5>;
constexpr Channels kPublished = {24, 36, 48, 64, 64};
constexpr Channels kWider = {36, 48, 64, 80, 80};

struct Variant {
  PadMode pad = PadMode::kValid;
  Channels channels = kPublished;
  bool with_speed = false;
  std::vector<int> usual_ages = {0};
};

Result<Network> build_pilotnet(const std::string& name, const Variant& variant, const FamilyOptions& options) {
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, variant.usual_ages));
  FamilyParts parts(name, options, variant.pad, variant.usual_ages);
  FreshLayers& layers = parts.layers;
  ValueId x = layers.batch_norm("norm", parts.camera(variant.with_speed).stacked());
  x = layers.conv("conv1", x, variant.channels[0], 5, 2);
  x = layers.conv("conv2", x, variant.channels[1], 5, 2);
  x = layers.conv("conv3", x, variant.channels[2], 5, 2);
  x = layers.conv("conv4", x, variant.channels[3], 3, 1);
  x = layers.conv("conv5", x, variant.channels[4], 3, 1);
  x = parts.builder.add("flatten", Flatten{}, {x});
  x = layers.dense("dense1", x, 1164);
  x = layers.dense("dense2", x, 100);
  x = layers.dense("dense3", x, 50);
  x = layers.dense("dense4", x, 10);
  return parts.finish(x);
}

}  // namespace

Result<Network> build_pilotnet_torch(const FamilyOptions& options) {
  return build_pilotnet("pilotnet-torch", {}, options);
}

Result<Network> build_pilotnet_tf(const FamilyOptions& options) {
  return build_pilotnet("pilotnet-tf", {PadMode::kSame}, options);
}

Result<Network> build_pilotnet_tf_v(const FamilyOptions& options) {
  return build_pilotnet("pilotnet-tf-v", {PadMode::kSame, kPublished, true}, options);
}

Result<Network> build_pilotnet_stacked(const FamilyOptions& options) {
  return build_pilotnet("pilotnet-stacked", {PadMode::kValid, kWider, false, {2, 1, 0}}, options);
}

}  // namespace pitlane
