#include "pitlane/search/candidate.h"

#include <algorithm>

#include "pitlane/network/family_parts.h"

namespace pitlane {
namespace {

constexpr const char* kFamily = "student";
constexpr const char* kCamera = "camera";  // as FamilyParts names it

const char* name_of(StudentStorage storage) {
  switch (storage) {
    case StudentStorage::kF32:
      return "fp32";
    case StudentStorage::kBf16:
      return "bf16";
    case StudentStorage::kInt8:
      return "int8";
  }
  return "?";
}

std::string dotted(const std::vector<int>& numbers) {
  std::string out;
  for (const int n : numbers) out += (out.empty() ? "" : ".") + std::to_string(n);
  return out;
}

Preprocessing seen_by(const Candidate& candidate, Preprocessing p) {
  p.width = candidate.width;
  p.height = candidate.height;
  p.format = candidate.colours;
  p.scale.assign(static_cast<std::size_t>(channels_of(p.format)), 1 / 255.F);
  p.offset.assign(p.scale.size(), 0.F);
  p.frames = 1;
  return p;
}

/// Behind the numbers that the picture has become: what else the baseline reads, as it reads it.
ValueId with_other_inputs(const Network& baseline, ValueId features, NetworkBuilder& builder) {
  std::vector<ValueId> all = {features};
  for (const InputSpec& input : baseline.inputs)
    if (input.kind != InputKind::kImage)
      all.push_back(
          builder.vector(input.name, input.kind, baseline.values[input.value].shape[0], input.scale, input.ages));
  return all.size() == 1 ? features : builder.add("beside", Concat{}, all);
}

}  // namespace

std::string to_string(const Candidate& candidate) {
  return std::to_string(candidate.width) + "x" + std::to_string(candidate.height) + "-" + to_string(candidate.colours) +
         "-c" + dotted(candidate.channels) + "-d" + dotted(candidate.units) + "-" + name_of(candidate.storage) +
         (candidate.recipe.empty() ? "" : "-" + candidate.recipe) +
         (candidate.float_layers == 0 ? "" : "-" + std::to_string(candidate.float_layers) + "float");
}

std::vector<Candidate> finished_otherwise(const Candidate& candidate) {
  std::vector<Candidate> all;
  if (candidate.storage != StudentStorage::kInt8) {
    all.push_back(candidate);
    all.back().storage = StudentStorage::kInt8;
    return all;
  }
  for (const std::size_t floats : {1, 2}) {
    all.push_back(candidate);
    all.back().float_layers = floats;
  }
  for (const char* recipe : {"prune_qat", "clust_qat", "prune_clust_qat"}) {
    all.push_back(candidate);
    all.back().recipe = recipe;
  }
  return all;
}

Candidate before_finishing(Candidate candidate) {
  candidate.storage = StudentStorage::kF32;
  candidate.recipe.clear();
  candidate.float_layers = 0;
  return candidate;
}

const char* strategy_of(StudentStorage storage) {
  switch (storage) {
    case StudentStorage::kF32:
      return "fp32";
    case StudentStorage::kBf16:
      return "bfloat16_quan";
    case StudentStorage::kInt8:
      return "int_flt_quan";
  }
  return "fp32";
}

Status check_teachable(const Network& baseline) {
  PITLANE_TRY_STATUS(image_input(baseline));
  for (const InputSpec& input : baseline.inputs)
    if (input.kind != InputKind::kImage && input.name == kCamera)
      return unsupported(
          "--auto calls what its students see 'camera', and here that is the name of another input; "
          "rename that input");
  return {};
}

Result<Network> build_candidate(const Candidate& candidate, const Network& baseline, std::uint64_t seed) {
  PITLANE_TRY(const InputSpec* image, image_input(baseline));
  FamilyOptions options;
  options.preprocessing = seen_by(candidate, image->preprocessing);
  options.outputs = baseline.outputs;
  options.seed = seed;
  PITLANE_TRY_STATUS(FamilyParts::check(kFamily, options, {0}));
  FamilyParts parts(kFamily, options, PadMode::kSame, {0});
  ValueId x = parts.layers.batch_norm("norm", parts.camera().stacked());
  for (std::size_t i = 0; i < candidate.channels.size(); ++i)
    x = parts.layers.conv("conv" + std::to_string(i + 1), x, candidate.channels[i], i == 0 ? 5 : 3, 2);
  x = parts.builder.add("flatten", Flatten{}, {x});
  x = with_other_inputs(baseline, x, parts.builder);
  for (std::size_t i = 0; i < candidate.units.size(); ++i)
    x = parts.layers.dense("dense" + std::to_string(i + 1), x, candidate.units[i]);
  PITLANE_TRY(Network network, parts.finish(x));
  network.metadata["candidate"] = to_string(candidate);
  return network;
}

}  // namespace pitlane
