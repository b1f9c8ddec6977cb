#include "pitlane/cli/tune_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pitlane/optimize/strategy.h"
#include "report/sample_result.h"
#include "train/synthetic.h"

namespace pitlane::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class TuneNotes : public ::testing::Test {
 protected:
  TuneNotes() { inputs_.baseline = testing::tiny_network(12, 6, 1); }

  std::vector<std::string> notes() {
    TuneResult result = sample_result();
    result.search = search_;
    result.notes.clear();
    add_notes(result, inputs_, data_, options_);
    return result.notes;
  }

  TuneInputs inputs_;
  OpenedData data_;
  TuneOptions options_;
  std::optional<Search> search_;
};

TEST_F(TuneNotes, NameALimitInUnitsWhereAShareWasMeant) {
  options_.budget = *parse_accuracy_budget("3%");
  EXPECT_THAT(notes(), Not(Contains(HasSubstr("The budget lets"))));
  options_.budget = *parse_accuracy_budget("0.03");
  EXPECT_THAT(notes(),
              Contains(HasSubstr("The budget lets v's MSE rise to 0.03, where the network itself has 0.00288")));
}

TEST_F(TuneNotes, SayThatWeightsCameRounded) {
  EXPECT_THAT(notes(), Not(Contains(HasSubstr("rounded weights"))));
  inputs_.baseline = *apply_strategy(inputs_.baseline, **find_strategy("float16_quan"), {});
  EXPECT_THAT(notes(), Contains(HasSubstr("The network came with rounded weights")));
}

TEST_F(TuneNotes, SayWhyASearchFoundNothing) {
  search_ = Search{};
  EXPECT_THAT(notes(), Not(Contains(HasSubstr("The search found"))));
  search_->why_none = "none of 5 students is left";
  EXPECT_THAT(notes(), Contains("The search found no student: none of 5 students is left."));
}

}  // namespace
}  // namespace pitlane::cli
