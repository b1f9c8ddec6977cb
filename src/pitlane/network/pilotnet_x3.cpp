#include "pitlane/network/pilotnet_x3.h"

#include <string>

#include "pitlane/network/family_parts.h"

namespace pitlane {
namespace {

// DeepLearningStudio cuts frames y, y + 4 and y + 9 out of a recording and learns the labels of the last one.
const std::vector<int> kUsualAges = {9, 5, 0};

// {H * W * 64} a frame.
FrameSequence frame_features(FamilyParts& parts, FrameSequence x) {
  x = parts.layers.batch_norm("norm", x);
  x = parts.layers.conv("conv1", x, 24, 5, 2);
  x = parts.layers.conv("conv2", x, 36, 5, 2);
  x = parts.layers.conv("conv3", x, 48, 5, 2);
  x = parts.layers.conv("conv4", x, 64, 3, 1);
  x = parts.layers.conv("conv5", x, 64, 3, 1);
  std::vector<ValueId> flat;
  for (int t = 0; t < x.size(); ++t)
    flat.push_back(parts.builder.add("flatten.t" + std::to_string(t), Flatten{}, {x.frame(t)}));
  return FrameSequence::of_frames(parts.builder, "flatten", std::move(flat));
}

ValueId remembered(FamilyParts& parts, FrameSequence x, std::int64_t units) {
  for (int i = 1; i <= 4; ++i) x = parts.layers.lstm("lstm" + std::to_string(i), x, units);
  return x.frame(x.size() - 1);
}

Result<Network> build_timedistributed(const std::string& name, bool with_speed, const FamilyOptions& options) {
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, kUsualAges));
  FamilyParts parts(name, options, PadMode::kSame, kUsualAges);
  return parts.finish(remembered(parts, frame_features(parts, parts.camera(with_speed)), 32));
}

Result<Network> build_conv3d(const std::string& name, bool with_speed, const FamilyOptions& options) {
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, kUsualAges));
  FamilyParts parts(name, options, PadMode::kSame, kUsualAges);
  FreshLayers& layers = parts.layers;
  FrameSequence x = layers.batch_norm("norm", parts.camera(with_speed));
  x = layers.batch_norm("norm1", layers.conv3d("conv1", x, 24, 5, 2));
  x = layers.batch_norm("norm2", layers.conv3d("conv2", x, 36, 5, 2));
  x = layers.batch_norm("norm3", layers.conv3d("conv3", x, 48, 5, 2));
  x = layers.batch_norm("norm4", layers.conv3d("conv4", x, 64, 3, 1));
  x = layers.batch_norm("norm5", layers.conv3d("conv5", x, 64, 3, 1));
  ValueId y = layers.global_average("mean", x);
  y = layers.batch_norm("norm6", layers.dense("dense1", y, 1164));
  y = layers.batch_norm("norm7", layers.dense("dense2", y, 100));
  y = layers.batch_norm("norm8", layers.dense("dense3", y, 50));
  y = layers.batch_norm("norm9", layers.dense("dense4", y, 10));
  return parts.finish(y);
}

}  // namespace

Result<Network> build_pilotnet_x3(const FamilyOptions& options) {
  const std::string name = "pilotnet-x3";
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, kUsualAges));
  FamilyParts parts(name, options, PadMode::kSame, kUsualAges);
  ValueId x = remembered(parts, frame_features(parts, parts.camera()), 4);
  x = parts.layers.dense("dense1", x, 1164);
  x = parts.layers.dense("dense2", x, 100);
  x = parts.layers.dense("dense3", x, 50);
  x = parts.layers.dense("dense4", x, 10);
  return parts.finish(x);
}

Result<Network> build_pilotnet_x3_timedistributed(const FamilyOptions& options) {
  return build_timedistributed("pilotnet-x3-timedistributed", false, options);
}

Result<Network> build_pilotnet_x3_timedistributed_v(const FamilyOptions& options) {
  return build_timedistributed("pilotnet-x3-timedistributed-v", true, options);
}

Result<Network> build_pilotnet_x3_conv3d(const FamilyOptions& options) {
  return build_conv3d("pilotnet-x3-conv3d", false, options);
}

Result<Network> build_pilotnet_x3_conv3d_v(const FamilyOptions& options) {
  return build_conv3d("pilotnet-x3-conv3d-v", true, options);
}

}  // namespace pitlane
