#include "pitlane/network/family_parts.h"

#include <utility>

#include "pitlane/core/units.h"

namespace pitlane {

Status FamilyParts::check(const std::string& name, const FamilyOptions& options, const std::vector<int>& usual_ages) {
  if (usual_ages.size() == 1 && options.ages.size() > 1)
    return invalid_argument(name + " sees a single frame and cannot take " + std::to_string(options.ages.size()) +
                            " ages; choose a family of several frames, e.g. pilotnet-stacked");
  for (const int age : options.ages)
    if (age < 0 || age > kOldestAge)
      return invalid_argument(name + ": ages are 0 (the newest frame) to " + std::to_string(kOldestAge) + ", not " +
                              std::to_string(age));
  Preprocessing preprocessing = options.preprocessing;
  preprocessing.frames = static_cast<int>(options.ages.empty() ? usual_ages.size() : options.ages.size());
  PITLANE_TRY_STATUS(validate(preprocessing));
  if (options.outputs.empty()) return invalid_argument(name + ": at least one output must be named");
  if (options.commands < 1 || options.commands > 64 || options.lights < 0 || options.lights > 64)
    return invalid_argument(name + ": at most 64 commands and lights can be told apart");
  return {};
}

FamilyParts::FamilyParts(const std::string& name, const FamilyOptions& options, PadMode pad,
                         const std::vector<int>& usual_ages)
    : builder(name),
      layers(builder, pad, options.seed),
      name_(name),
      options_(options),
      ages_(options.ages.empty() ? usual_ages : options.ages) {
  options_.preprocessing.frames = static_cast<int>(ages_.size());
}

FrameSequence FamilyParts::camera(bool with_speed) {
  const std::vector<int> ages = ages_ == std::vector<int>{0} ? std::vector<int>{} : ages_;
  const auto count = static_cast<int>(ages_.size());
  const ValueId picture = builder.image("camera", options_.preprocessing, ages);
  FrameSequence frames = FrameSequence::of_stacked(builder, "camera", picture, count);
  if (!with_speed) return frames;
  const ValueId speeds = builder.vector("speed", InputKind::kSpeed, count, kKmhOver30, ages);
  FrameSequence speed = FrameSequence::of_stacked(builder, "speed", speeds, count);
  const Expand plane{options_.preprocessing.height, options_.preprocessing.width};
  std::vector<ValueId> parts;
  for (int t = 0; t < count; ++t) {
    parts.push_back(frames.frame(t));
    parts.push_back(builder.add("plane.t" + std::to_string(t), plane, {speed.frame(t)}));
  }
  const ValueId both = builder.add("camera_and_speed", Concat{}, std::move(parts));
  return FrameSequence::of_stacked(builder, "camera_and_speed", both, count);
}

Result<Network> FamilyParts::finish(ValueId input, Activation activation) {
  const ValueId x = layers.head("outputs", input, static_cast<std::int64_t>(options_.outputs.size()), activation);
  if (!layers.fault().ok()) {
    const Preprocessing& p = options_.preprocessing;
    return layers.fault().error().in(name_ + " for pictures of " + std::to_string(p.width) + "x" +
                                     std::to_string(p.height));
  }
  int element = 0;
  for (OutputSpec output : options_.outputs) {
    output.value = x;
    output.element = element++;
    builder.output(std::move(output));
  }
  builder.metadata("family", name_);
  builder.metadata("seed", std::to_string(options_.seed));
  return std::move(builder).build();
}

}  // namespace pitlane
