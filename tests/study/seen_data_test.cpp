// One recording as several networks see it, and what a teacher that sees more has to say.
#include "pitlane/study/seen_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "pitlane/data/one_channel.h"
#include "pitlane/engine/plan.h"
#include "pitlane/measure/accuracy.h"
#include "pitlane/optimize/reduce_input.h"
#include "pitlane/study/fine_tuning.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

class Seen : public ::testing::Test {
 protected:
  static Dataset smaller(const Network& network, int samples = 60) {
    const Preprocessing& p = network.inputs[0].preprocessing;
    return testing::bar_dataset(p.width, p.height, samples, 5);
  }

  const Network baseline_ = testing::tiny_network(20, 12);
  const Network small_ = with_small_input(baseline_, 0.5).value();
  const Network grey_ = with_one_channel(baseline_).value();
  const Dataset own_ = testing::bar_dataset(20, 12, 60, 5);
  const Split split_ = testing::tail_split(own_);
  int loads_ = 0;
};

TEST_F(Seen, EachViewIsMadeOnce) {
  SeenData data(baseline_, own_, [&](const Network& network, const ProgressFn&) -> Result<Dataset> {
    ++loads_;
    return smaller(network);
  });
  EXPECT_EQ(*data.as(baseline_, {}), &own_);
  const Dataset* small = *data.as(small_, {});
  EXPECT_EQ(small->width, 10);
  EXPECT_EQ(*data.as(small_, {}), small);
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ((*data.as(grey_, {}))->pictures, in_one_channel(own_, PixelFormat::kRgb, PixelFormat::kGrey).pictures);
  EXPECT_EQ(loads_, 1) << "grey needs no second look at the recording";
  Network scaled = baseline_;
  scaled.inputs[0].preprocessing.scale = {1, 1, 1};
  EXPECT_EQ(*data.as(scaled, {}), &own_);
}

TEST_F(Seen, PicturesThatCannotBeHadOrAreOthersAreSaid) {
  SeenData none(baseline_, own_);
  EXPECT_EQ(none.as(small_, {}).error().message(), "the training pictures cannot be had at another size");
  SeenData changed(baseline_, own_,
                   [](const Network& network, const ProgressFn&) { return Result<Dataset>(smaller(network, 59)); });
  EXPECT_EQ(
      changed.as(small_, {}).error().message(),
      "the data changed while it was read: 59 samples at the new size, 60 for the baseline; run again when nobody "
      "writes to it");
}

TEST_F(Seen, LabelsMoveTowardsTheTeacher) {
  Dataset taught = own_;
  const std::vector<std::int64_t> samples = {3, 0};
  blend_labels(taught, samples, std::vector<float>{1, 2, 3, 4}, 0.25F);
  EXPECT_FLOAT_EQ(taught.labels[6], 0.75F * own_.labels[6] + 0.25F * 1);
  EXPECT_FLOAT_EQ(taught.labels[1], 0.75F * own_.labels[1] + 0.25F * 4);
  EXPECT_EQ(taught.labels[2], own_.labels[2]);
  EXPECT_NE(taught.hash, own_.hash);
}

// All of the loss from the teacher, who is wrong about every label: the student follows him, not the labels.
TEST_F(Seen, AStudentThatSeesLessLearnsWhatTheTeacherAnswers) {
  auto teacher = std::make_shared<Network>(baseline_);
  Weight& bias = teacher->weights.back();
  bias = make_f32_weight(bias.name, bias.shape, {1.5F, -1});
  SeenData data(baseline_, own_,
                [](const Network& network, const ProgressFn&) { return Result<Dataset>(smaller(network)); });
  FineTuning wanted{.epochs = 40, .learning_rate = 2e-2};
  wanted.teacher = teacher;
  wanted.teacher_share = 1;
  const Predictions expected = *predict(*teacher, *(*compile(*teacher))->new_session(), own_, split_.validation);
  for (const Network* student : {&small_, &grey_}) {
    const auto tuned = fine_tuned(*student, data, split_, wanted, 1, {}, {});
    ASSERT_TRUE(tuned.ok()) << tuned.error().message();
    const Dataset* seen = *data.as(*student, {});
    const Predictions answers = *predict(*tuned, *(*compile(*tuned))->new_session(), *seen, split_.validation);
    // They start nearer to the labels than to the teacher.
    EXPECT_LT(agreement(answers, expected).mse, accuracy(answers, *seen, split_.validation).mse);
  }
}

}  // namespace
}  // namespace pitlane
