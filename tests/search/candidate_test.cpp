#include "pitlane/search/candidate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "pitlane/network/conv_lstm_families.h"
#include "pitlane/network/pilotnet.h"
#include "pitlane/optimize/strategy.h"
#include "pitlane/search/candidate_space.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Network pilotnet() {
  FamilyOptions options;
  options.outputs = testing::tiny_outputs();
  return build_pilotnet_torch(options).value();
}

TEST(Candidate, HasOneText) {
  const Candidate c{67, 33, PixelFormat::kGrey, {8, 16, 24}, {32, 16}, StudentStorage::kBf16};
  EXPECT_EQ(to_string(c), "67x33-grey-c8.16.24-d32.16-bf16");
}

TEST(Candidate, IsFinishedInOtherWays) {
  const Candidate rounded{67, 33, PixelFormat::kRgb, {8, 16, 24}, {32}, StudentStorage::kInt8};
  std::vector<std::string> names;
  for (const Candidate& c : finished_otherwise(rounded)) names.push_back(to_string(c));
  const std::string name = "67x33-rgb-c8.16.24-d32-int8";
  EXPECT_THAT(names, ElementsAre(name + "-1float", name + "-2float", name + "-prune_qat", name + "-clust_qat",
                                 name + "-prune_clust_qat"));
  for (const Candidate& c : finished_otherwise(rounded)) {
    EXPECT_TRUE(c.recipe.empty() || find_strategy(c.recipe).ok()) << c.recipe;
  }
  Candidate floats = rounded;
  floats.storage = StudentStorage::kF32;
  EXPECT_THAT(finished_otherwise(floats), ElementsAre(rounded));
  for (const Candidate& c : finished_otherwise(rounded)) EXPECT_EQ(before_finishing(c), floats);
}

TEST(Candidate, KeepsWhatTheBaselineMeans) {
  const Network baseline = pilotnet();
  for (const PixelFormat colours : {PixelFormat::kRgb, PixelFormat::kGrey, PixelFormat::kBlue}) {
    const Candidate c{67, 33, colours, {8, 16, 24}, {32}, StudentStorage::kInt8};
    const auto built = build_candidate(c, baseline, 3);
    ASSERT_TRUE(built.ok()) << built.error().message();
    const Preprocessing& own = image_input(*built).value()->preprocessing;
    const Preprocessing& theirs = image_input(baseline).value()->preprocessing;
    EXPECT_EQ(own.crop, theirs.crop);
    EXPECT_EQ(own.source_width, theirs.source_width);
    EXPECT_EQ(own.width, 67);
    EXPECT_EQ(own.height, 33);
    EXPECT_EQ(own.format, colours);
    ASSERT_EQ(built->outputs.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(built->outputs[i].name, baseline.outputs[i].name);
      EXPECT_EQ(built->outputs[i].unit, baseline.outputs[i].unit);
      EXPECT_EQ(built->outputs[i].low, baseline.outputs[i].low);
      EXPECT_EQ(built->outputs[i].high, baseline.outputs[i].high);
    }
    EXPECT_EQ(content_hash(*built), content_hash(*build_candidate(c, baseline, 3)));
    EXPECT_NE(content_hash(*built), content_hash(*build_candidate(c, baseline, 4)));
  }
}

Network with_speed_and_command() {
  FamilyOptions options;
  options.outputs = testing::tiny_outputs();
  return build_pilotnet_onehot(options).value();
}

TEST(Candidate, WeightBytesAreThoseOfTheNetworkThatIsBuilt) {
  for (const Network& baseline : {pilotnet(), with_speed_and_command()}) {
    const CandidateSpace space = space_for(baseline);
    Random random(11);
    for (int i = 0; i < 30; ++i) {
      Candidate c = draw(space, 2, random).value();
      c.storage = StudentStorage::kF32;
      const auto built = build_candidate(c, baseline, 1);
      ASSERT_TRUE(built.ok()) << to_string(c) << ": " << built.error().message();
      const std::int64_t normalisation = 4 * channels_of(c.colours);
      EXPECT_EQ(weight_bytes(c, 2, space.beside), 4.0 * static_cast<double>(parameter_count(*built) - normalisation))
          << to_string(c);
    }
  }
}

TEST(CandidateSpace, DrawsAreDeterministicAndWithinBounds) {
  const CandidateSpace space = space_for(pilotnet(), 40'000);
  Random a(5), b(5), other(6);
  std::set<std::string> seen, seen_by_other;
  std::optional<Candidate> last;
  for (int i = 0; i < 300; ++i) {
    const std::optional<Candidate> c = i % 2 == 0 ? draw(space, 2, a) : mutate(space, *last, 2, a);
    const std::optional<Candidate> again = i % 2 == 0 ? draw(space, 2, b) : mutate(space, *last, 2, b);
    ASSERT_TRUE(c && again);
    EXPECT_EQ(*c, *again);
    EXPECT_TRUE(contains(space, *c, 2)) << to_string(*c);
    EXPECT_LE(weight_bytes(*c, 2), 40'000);
    EXPECT_LE(c->width, 100);
    EXPECT_LE(c->height, 33);
    last = c;
    seen.insert(to_string(*c));
    seen_by_other.insert(to_string(*draw(space, 2, other)));
  }
  EXPECT_GT(seen.size(), 200U);
  EXPECT_NE(seen, seen_by_other);
}

TEST(CandidateSpace, NothingIsSmallEnoughForSomeLimits) {
  Random random(5);
  EXPECT_EQ(draw(space_for(pilotnet(), 100), 2, random), std::nullopt);
}

TEST(CandidateSpace, TinyPicturesStayAsTheyAre) {
  const CandidateSpace space = space_for(testing::tiny_network(20, 12));
  EXPECT_EQ(space.widths, std::vector<int>{20});
  EXPECT_EQ(space.heights, std::vector<int>{12});
}

TEST(Candidate, AStudentReadsWhatElseTheBaselineReads) {
  const Network baseline = with_speed_and_command();
  ASSERT_TRUE(check_teachable(baseline).ok());
  Random random(3);
  const Candidate candidate = *draw(space_for(baseline), 2, random);
  const Network student = build_candidate(candidate, baseline, 1).value();
  EXPECT_TRUE(validate(student).ok());
  ASSERT_EQ(student.inputs.size(), baseline.inputs.size());
  for (const InputSpec& input : baseline.inputs) {
    const auto own = std::ranges::find(student.inputs, input.name, &InputSpec::name);
    ASSERT_NE(own, student.inputs.end()) << input.name;
    EXPECT_EQ(own->kind, input.kind);
    EXPECT_EQ(own->scale, input.scale);
    EXPECT_TRUE(std::ranges::any_of(student.nodes,
                                    [&](const Node& node) { return std::ranges::count(node.inputs, own->value) > 0; }))
        << input.name << " is read";
    if (input.kind != InputKind::kImage) {
      EXPECT_EQ(student.values[own->value].shape, baseline.values[input.value].shape);
      EXPECT_EQ(ages_of(*own), ages_of(input));
    }
  }
}

TEST(Teachable, OnlyWhoHasOneCamera) {
  EXPECT_TRUE(check_teachable(pilotnet()).ok());
  Network two = pilotnet();
  two.inputs.push_back(two.inputs[0]);
  EXPECT_THAT(check_teachable(two).error().message(), HasSubstr("reads more than one camera"));
  Network named = with_speed_and_command();
  for (InputSpec& input : named.inputs) input.name = input.kind == InputKind::kImage ? "picture" : "camera";
  EXPECT_THAT(check_teachable(named).error().message(), HasSubstr("here that is the name of another input"));
}

}  // namespace
}  // namespace pitlane
