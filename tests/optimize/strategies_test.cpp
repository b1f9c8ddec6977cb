#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "bright_bar.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/optimize/strategy.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using testing::bar_network;
using testing::BarData;
using ::testing::HasSubstr;

TEST(Strategies, HaveTheNamesThatTheFieldUses) {
  std::set<std::string> names;
  for (const Strategy& s : strategies()) names.insert(s.name);
  EXPECT_EQ(names.size(), strategies().size()) << "a name stands twice";
  for (const char* name : {"baseline", "float16_quan", "dynamic_quan", "int_flt_quan", "global_prune", "prune_quan"})
    EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_STREQ(strategies().front().name, "baseline");
}

TEST(Strategies, UnknownNameListsTheKnownOnes) {
  const auto found = find_strategy("int4_magic");
  ASSERT_FALSE(found.ok());
  EXPECT_THAT(found.error().message(), AllOf(HasSubstr("'int4_magic'"), HasSubstr("prune_quan")));
}

class EveryStrategy : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryStrategy, RunsInTheEngineNearTheBaselineAndIsReproducible) {
  const BarData data;
  const Strategy& strategy = *find_strategy(GetParam()).value();
  const Network before = bar_network();
  const auto after = apply_strategy(before, strategy, data.context());
  ASSERT_TRUE(after.ok()) << after.error().message();
  EXPECT_EQ(after->metadata.at("strategy"), strategy.name);
  EXPECT_EQ(after->metadata.at("recipe"), recipe(strategy));
  EXPECT_EQ(content_hash(*after), content_hash(apply_strategy(before, strategy, data.context()).value()));
  const auto plan = compile(*after).value();
  const auto session = plan->new_session();
  const auto predicted = predict(*after, *session, data.dataset, data.split.validation);
  ASSERT_TRUE(predicted.ok()) << predicted.error().message();
  for (std::size_t i = 0; i < 10; ++i) {
    const auto slow = testing::slow_outputs(*after, data.dataset, data.split.validation[i]);
    for (std::size_t o = 0; o < 2; ++o) EXPECT_NEAR(predicted->values[2 * i + o], slow[o], 2e-3F);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryStrategy,
                         ::testing::Values("baseline", "float16_quan", "dynamic_quan", "int_flt_quan", "global_prune",
                                           "prune_quan"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(Strategies, PruningWithoutTrainingIsRefused) {
  const BarData data;
  StrategyContext context = data.context();
  context.fine_tune = {};
  const auto pruned = apply_strategy(bar_network(), *find_strategy("global_prune").value(), context);
  ASSERT_FALSE(pruned.ok());
  EXPECT_THAT(pruned.error().message(), HasSubstr("strategy global_prune"));
}

TEST(Strategies, ATrainerThatChangesTheArchitectureIsRefused) {
  const BarData data;
  StrategyContext context = data.context();
  context.fine_tune = [](const Network&, const FineTune&, const ProgressFn&) -> Result<Network> {
    return testing::tiny_network(testing::kWidth + 2, testing::kHeight);
  };
  EXPECT_FALSE(apply_strategy(bar_network(), *find_strategy("global_prune").value(), context).ok());
}

}  // namespace
}  // namespace pitlane
