// The installed package, used as a stranger would: examples/robot is built against it outside of the tree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "pitlane/core/version.h"
#include "pitlane/driver/driver.h"
#include "pitlane/engine/plan.h"
#include "pitlane/network/pit_file.h"
#include "program.h"

namespace pitlane::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kNetwork = PITLANE_SOURCE_DIR "/examples/pilotnet.pit";

class Install : public InAFolder {
 protected:
  void SetUp() override {
    const Outcome installed =
        run("'" PITLANE_CMAKE "' --install '" PITLANE_BUILD_DIR "' --component robot --prefix " + at("prefix"));
    ASSERT_EQ(installed.code, 0) << installed.out << installed.err;
  }
  void succeed(const std::string& command) const {
    const Outcome ran = run(command);
    ASSERT_EQ(ran.code, 0) << command << "\n" << ran.out << ran.err;
  }
};

TEST_F(Install, ExampleGivesWhatTheDriverGives) {
  fs::copy(PITLANE_SOURCE_DIR "/examples/robot", place_ / "example");
  succeed("'" PITLANE_CMAKE "' -S " + at("example") + " -B " + at("build") + " -DCMAKE_PREFIX_PATH=" + at("prefix") +
          " -DCMAKE_CXX_COMPILER='" PITLANE_COMPILER "' -DCMAKE_BUILD_TYPE=Release");
  succeed("'" PITLANE_CMAKE "' --build " + at("build"));

  cv::Mat bgr(480, 640, CV_8UC3);
  cv::RNG(3).fill(bgr, cv::RNG::UNIFORM, 0, 200);
  ASSERT_TRUE(cv::imwrite((place_ / "picture.png").string(), bgr));
  const Network network = load_pit(kNetwork).value();
  const auto driver = Driver::create(network, compile(network).value()->new_session()).value();
  const ImageView view{bgr.data, 640, 480, 640 * 3, PixelFormat::kBgr};
  Outputs outputs;
  ASSERT_EQ(driver->step({{&view, 1}, 0, 0, 0}, outputs), StepStatus::kOk);
  char expected[100];
  std::snprintf(expected, sizeof expected, "v=%.7g m/s\nw=%.7g rad/s\n", outputs.find("v")->value,
                outputs.find("w")->value);
  const Outcome ran = run(at("build") + "/robot_example '" + kNetwork + "' " + at("picture.png"));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, expected);
}

TEST_F(Install, HeadersNeedNoOthers) {
  std::string all;
  int headers = 0;
  for (const auto& entry : fs::recursive_directory_iterator(place_ / "prefix/include"))
    if (entry.is_regular_file()) {
      all += "#include <" + fs::relative(entry.path(), place_ / "prefix/include").string() + ">\n";
      ++headers;
    }
  EXPECT_GT(headers, 15);
  write(place_ / "all.cpp", all);
  succeed("'" PITLANE_COMPILER "' -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I " + at("prefix/include") + " " +
          at("all.cpp"));
}

TEST_F(Install, ProgramRunsWhereItIsPut) {
  EXPECT_THAT(run(at("prefix/bin/pitlane-run") + " --version").out, HasSubstr(kVersion));
}

}  // namespace
}  // namespace pitlane::testing
