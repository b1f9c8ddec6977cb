#include "pitlane/robot/answer_line.h"

#include <gtest/gtest.h>

namespace pitlane::robot {
namespace {

Outputs outputs(double a, double b) {
  Outputs all;
  all.push({"", "", a});
  all.push({"", "", b});
  return all;
}

const std::vector<OutputSpec> kSteering = {{"steering", "1", -1, 1, 0, 0}, {"brake", "", 0, 1, 0, 1}};

TEST(AnswerLines, Text) {
  AnswerLines lines(kSteering, true, false);
  EXPECT_EQ(lines.title(), "# time_s steering:1 brake:_ command_v:m/s command_w:rad/s\n");
  const Outputs values = outputs(-0.125, 1.0 / 3);
  EXPECT_EQ(lines.line({3, 12.3456789, "", &values, Command{8, -0.5}}),
            "12.345679 steering=-0.125 brake=0.3333333 command_v=8 command_w=-0.5\n");
  EXPECT_EQ(lines.line({4, 12.5, "run_failed", nullptr, {}}), "12.500000 error=run_failed\n");
}

TEST(AnswerLines, Json) {
  AnswerLines lines(kSteering, false, true);
  EXPECT_EQ(lines.title(), "");
  const Outputs values = outputs(-0.125, 1e-9);
  EXPECT_EQ(lines.line({3, 0.05, "", &values, {}}),
            "{\"frame\":3,\"time_s\":0.050000,\"outputs\":{\"steering\":{\"unit\":\"1\",\"value\":-0.125},"
            "\"brake\":{\"unit\":\"\",\"value\":1e-09}}}\n");
  EXPECT_EQ(lines.line({3, 0.05, "", &values, Command{1, 2}}),
            "{\"frame\":3,\"time_s\":0.050000,\"outputs\":{\"steering\":{\"unit\":\"1\",\"value\":-0.125},"
            "\"brake\":{\"unit\":\"\",\"value\":1e-09}},\"command\":{\"v_mps\":1,\"w_radps\":2}}\n");
  EXPECT_EQ(lines.line({4, 0.1, "wrong_state", nullptr, {}}),
            "{\"frame\":4,\"time_s\":0.100000,\"error\":\"wrong_state\"}\n");
}

// A name comes out of a file and must not make a second line, or a second value, of one.
TEST(AnswerLines, NamesStayOneWordAndOneString) {
  const std::vector<OutputSpec> odd = {{"a b=1\nc:#", "m\"s", 0, 1, 0, 0}, {"\\\x01", "", 0, 1, 0, 1}};
  const Outputs values = outputs(1, 2);
  AnswerLines text(odd, false, false);
  EXPECT_EQ(text.title(), "# time_s a_b_1_c__:m\"s \\_:_\n");
  EXPECT_EQ(text.line({0, 0, "", &values, {}}), "0.000000 a_b_1_c__=1 \\_=2\n");
  AnswerLines json(odd, false, true);
  EXPECT_EQ(json.line({0, 0, "", &values, {}}),
            "{\"frame\":0,\"time_s\":0.000000,\"outputs\":{\"a b=1\\u000ac:#\":{\"unit\":\"m\\\"s\",\"value\":1},"
            "\"\\\\\\u0001\":{\"unit\":\"\",\"value\":2}}}\n");
}

}  // namespace
}  // namespace pitlane::robot
