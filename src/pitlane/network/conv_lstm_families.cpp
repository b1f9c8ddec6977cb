#include "pitlane/network/conv_lstm_families.h"

#include <string>

#include "pitlane/network/family_parts.h"

namespace pitlane {
namespace {

const std::vector<int> kOneFrame = {0};
const std::vector<int> kThreeFrames = {9, 5, 0};
const Activate kKerasGate = {Activation::kHardSigmoid};  // ConvLSTM2D's recurrent activation

FrameSequence tiny_features(FamilyParts& parts, FrameSequence x, Activate gate) {
  FreshLayers& layers = parts.layers;
  for (int i = 1; i <= 3; ++i) x = layers.conv("conv" + std::to_string(i), x, 8, 3, 2);
  for (int i = 1; i <= 3; ++i) x = layers.conv_lstm("lstm" + std::to_string(i), x, 8, 5, gate);
  return x;
}

Result<Network> build_deepest(const std::string& name, bool with_speed, const FamilyOptions& options) {
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, kOneFrame));
  FamilyParts parts(name, options, PadMode::kValid, kOneFrame);
  FrameSequence features = tiny_features(parts, parts.camera(with_speed), kKerasGate);
  ValueId x = parts.builder.add("flatten", Flatten{}, {features.frame(0)});
  x = parts.layers.dense("dense1", x, 50);
  x = parts.layers.dense("dense2", x, 10);
  return parts.finish(x);
}

}  // namespace

Result<Network> build_deepest_lstm_tinypilotnet(const FamilyOptions& options) {
  return build_deepest("deepest-lstm-tinypilotnet", false, options);
}

Result<Network> build_deepest_lstm_tinypilotnet_v(const FamilyOptions& options) {
  return build_deepest("deepest-lstm-tinypilotnet-v", true, options);
}

Result<Network> build_memdccp(const FamilyOptions& options) {
  const std::string name = "memdccp";
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, kThreeFrames));
  FamilyParts parts(name, options, PadMode::kSame, kThreeFrames);
  FreshLayers& layers = parts.layers;
  FrameSequence x = layers.batch_norm("norm", parts.camera());
  x = layers.conv3d("conv1", x, 24, 5, 2);
  x = layers.conv3d("conv2", x, 36, 5, 2);
  x = layers.conv3d("conv3", x, 48, 5, 2);
  x = layers.conv3d("conv4", x, 64, 3, 1);
  x = layers.conv3d("conv5", x, 64, 3, 1);
  // As published: the memory reads the features of each row as a line of pixels and the columns as channels.
  std::vector<ValueId> turned;
  for (int t = 0; t < x.size(); ++t) {
    const Shape shape = parts.builder.shape(x.frame(t));
    turned.push_back(
        parts.builder.add("turned.t" + std::to_string(t), Reshape{{shape[0], shape[2], shape[1]}}, {x.frame(t)}));
  }
  x = FrameSequence::of_frames(parts.builder, "turned", std::move(turned));
  for (int i = 1; i <= 4; ++i) x = layers.conv_lstm("lstm" + std::to_string(i), x, 8, 5, kKerasGate);
  ValueId y = parts.builder.add("flatten", Flatten{}, {x.frame(x.size() - 1)});
  y = layers.dense("dense1", y, 50);
  y = layers.dense("dense2", y, 10);
  return parts.finish(y);
}

Result<Network> build_pilotnet_onehot(const FamilyOptions& options) {
  const std::string name = "pilotnet-onehot";
  PITLANE_TRY_STATUS(FamilyParts::check(name, options, kOneFrame));
  FamilyParts parts(name, options, PadMode::kValid, kOneFrame);
  const FrameSequence camera = parts.camera();
  constexpr float kOver40 = 1.0F / 40;  // metres per second
  std::vector<ValueId> beside = {parts.builder.vector("speed", InputKind::kSpeed, 1, kOver40),
                                 parts.builder.vector("command", InputKind::kCommand, options.commands)};
  if (options.lights > 0) beside.push_back(parts.builder.vector("light", InputKind::kLight, options.lights));
  FrameSequence features = tiny_features(parts, camera, {Activation::kSigmoid});
  beside.insert(beside.begin(), parts.builder.add("flatten", Flatten{}, {features.frame(0)}));
  ValueId x = parts.builder.add("beside", Concat{}, std::move(beside));
  x = parts.layers.dense("dense1", x, 50);
  x = parts.layers.dense("dense2", x, 10);
  return parts.finish(x, Activation::kSigmoid);
}

}  // namespace pitlane
