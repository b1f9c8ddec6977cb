#include "pitlane/data/labels.h"

#include "made_up_recording.h"
#include "pitlane/core/log.h"
#include "pitlane/data/dataset_builder.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// One-output dataset with these physical labels.
Result<Dataset> built(const OutputSpec& spec, const std::vector<float>& labels) {
  PITLANE_TRY(auto builder, DatasetBuilder::create(small_preprocessing(), {spec}));
  for (const float label : labels) builder.add(std::vector<std::uint8_t>(8 * 3 * 3), std::vector<float>{label}, 0);
  return std::move(builder).finish();
}

std::string fault(const OutputSpec& spec, const std::vector<float>& labels) {
  const auto dataset = built(spec, labels);
  return dataset ? "fine" : dataset.error().message();
}

TEST(Labels, NormalisedAndBack) {
  const OutputSpec v = output("v", 6.5F, 24);
  EXPECT_EQ(normalised(v, 6.5F), 0);
  EXPECT_EQ(normalised(v, 24), 1);
  EXPECT_FLOAT_EQ(normalised(v, 15.25F), 0.5F);
  EXPECT_EQ(normalised(v, 5), 0);
  EXPECT_EQ(normalised(v, 100), 1);
  for (const float value : {6.5F, 7.25F, 13.0F, 23.99F}) EXPECT_NEAR(physical(v, normalised(v, value)), value, 1e-5);
}

// Who judges a network may have them, who learns has nothing to learn.
TEST(Labels, WithoutVarianceNamesLabelAndValue) {
  const auto dataset = built(output("w", -7.1F, 7.1F), {0.25F, 0.25F, 0.25F});
  ASSERT_TRUE(dataset) << dataset.error().message();
  const Status learning = check_labels_vary(*dataset);
  ASSERT_FALSE(learning);
  EXPECT_THAT(learning.error().message(),
              AllOf(HasSubstr("label 'w' is 0.25 in all 3 samples"), HasSubstr("nothing to learn")));
  EXPECT_TRUE(check_labels_vary(*built(output("w", -7.1F, 7.1F), {0.25F, 0.3F})));
  EXPECT_THAT(fault(output("v", 6.5F, 24), {0.5F, 0.5F}), HasSubstr("all outside the output's range 6.5..24"));
}

TEST(Labels, AllOutsideTheRangeIsAMistakeOfUnits) {
  EXPECT_THAT(fault(output("v", 6.5F, 24), {36, 50, 72}),
              AllOf(HasSubstr("label 'v' runs from 36 to 72, all outside the output's range 6.5..24"),
                    HasSubstr("check units")));
}

TEST(Labels, OthersOutsideAreClampedAndCounted) {
  std::string warning;
  set_log_sink([&](LogLevel, std::string_view text) { warning = text; });
  const auto dataset = built(output("v", 0, 10), {-1, 5, 20, 10});
  set_log_sink({});
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_THAT(dataset->labels, ::testing::ElementsAre(0, 0.5F, 1, 1));
  EXPECT_THAT(warning, HasSubstr("label 'v': 2 of 4 samples lie outside 0..10 and are clamped (-1..20)"));
}

TEST(Labels, NotFinite) {
  EXPECT_THAT(fault(output("v", 0, 1), {0, 0.5F, NAN}), HasSubstr("label 'v' of sample 2 is not finite"));
  EXPECT_THAT(fault(output("v", 0, 1), {0, INFINITY}), HasSubstr("sample 1"));
}

TEST(Labels, OutputsMustMakeSense) {
  EXPECT_THAT(validate_outputs({}).error().message(), HasSubstr("no outputs"));
  EXPECT_THAT(validate_outputs({output("v", 1, 1)}).error().message(), HasSubstr("'v'"));
  EXPECT_THAT(validate_outputs({output("v", 0, NAN)}).error().message(), HasSubstr("finite"));
  EXPECT_THAT(validate_outputs({output("v", 0, 1), output("v", 0, 1)}).error().message(), HasSubstr("two outputs"));
}

TEST(DatasetBuilder, FillsEverything) {
  auto builder = DatasetBuilder::create(small_preprocessing(), f1_outputs());
  ASSERT_TRUE(builder);
  builder->reserve(2);
  std::vector<std::uint8_t> picture(72, 5);
  builder->add(picture, std::vector<float>{6.5F, 7.1F}, 3);
  picture.assign(72, 9);
  builder->add(picture, std::vector<float>{24, -7.1F}, 4);
  EXPECT_EQ(builder->size(), 2);
  const auto dataset = std::move(*builder).finish();
  ASSERT_TRUE(dataset) << dataset.error().message();
  EXPECT_EQ(dataset->width, 8);
  EXPECT_EQ(dataset->height, 3);
  EXPECT_EQ(dataset->channels, 3);
  EXPECT_EQ(dataset->picture(1)[71], 9);
  EXPECT_THAT(dataset->labels, ::testing::ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(dataset->session, ::testing::ElementsAre(3, 4));
  EXPECT_THAT(dataset->row, ::testing::ElementsAre(0, 1));
  EXPECT_EQ(dataset->hash.size(), 32U);
}

TEST(DatasetBuilder, Refusals) {
  auto empty = DatasetBuilder::create(small_preprocessing(), f1_outputs());
  EXPECT_THAT(std::move(*empty).finish().error().message(), HasSubstr("no samples"));
}

}  // namespace
}  // namespace pitlane
