#include "pitlane/study/kept_trainings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "pitlane/core/log.h"
#include "pitlane/network/pit_file.h"
#include "temporary_directory.h"
#include "train/synthetic.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class KeptTrainingsTest : public ::testing::Test {
 protected:
  ~KeptTrainingsTest() override { set_log_sink({}); }

  Result<Network> ask(const KeptTrainings& kept, const std::string& key) {
    return kept.once(key, [&](const fs::path& checkpoint) -> Result<Network> {
      ++made_;
      const bool stopped_before = fs::exists(checkpoint);
      std::ofstream(checkpoint) << "state";
      if (failure_ && !(failure_->kind() == ErrorKind::kCorrupt && !stopped_before)) return *failure_;
      return testing::tiny_network(20, 12);
    });
  }
  void listen() {
    set_log_sink([this](LogLevel, std::string_view line) { said_ += line; });
  }
  [[nodiscard]] fs::path file(const std::string& name) const { return folder_ / name; }

  TemporaryDirectory place_;
  fs::path folder_ = place_ / "trained";
  std::atomic<int> made_ = 0;
  std::optional<Error> failure_;
  std::string said_;
};

TEST_F(KeptTrainingsTest, TrainsOnce) {
  const KeptTrainings kept(folder_);
  EXPECT_FALSE(fs::exists(folder_)) << "nothing is made before it is needed";
  const auto first = ask(kept, "a");
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(fs::exists(file("a.checkpoint")));
  const auto second = ask(KeptTrainings(folder_), "a");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(serialize_pit(*second).value(), serialize_pit(*first).value());
  EXPECT_TRUE(ask(kept, "b").ok());
  EXPECT_EQ(made_, 2);
}

TEST_F(KeptTrainingsTest, ManyThreadsWaitForOne) {
  const KeptTrainings kept(folder_);
  {
    std::vector<std::jthread> askers;
    for (int i = 0; i < 8; ++i) askers.emplace_back([&] { EXPECT_TRUE(ask(kept, "a").ok()); });
  }
  EXPECT_EQ(made_, 1);
}

TEST_F(KeptTrainingsTest, WhatIsDamagedIsTrainedAgain) {
  const KeptTrainings kept(folder_);
  ASSERT_TRUE(ask(kept, "a").ok());
  std::ofstream(file("a.pit"), std::ios::trunc) << "no network";
  listen();
  EXPECT_TRUE(ask(kept, "a").ok());
  EXPECT_EQ(made_, 2);
  EXPECT_THAT(said_, HasSubstr("; it is trained again"));
  EXPECT_TRUE(load_pit(file("a.pit")).ok());

  std::ofstream(file("b.checkpoint")) << "damaged";
  failure_ = corrupt("b.checkpoint: damaged");
  EXPECT_TRUE(ask(kept, "b").ok());
  EXPECT_EQ(made_, 4) << "once with the damaged state, once from the beginning";
  EXPECT_THAT(said_, HasSubstr("b.checkpoint: damaged; what it kept is trained again"));
}

TEST_F(KeptTrainingsTest, WhatWasStoppedKeepsItsState) {
  const KeptTrainings kept(folder_);
  failure_ = interrupted();
  EXPECT_FALSE(ask(kept, "a").ok());
  EXPECT_TRUE(fs::exists(file("a.checkpoint")));
  failure_ = numeric_error("diverged");
  EXPECT_FALSE(ask(kept, "b").ok());
  EXPECT_FALSE(fs::exists(file("b.checkpoint"))) << "it would diverge again";
}

TEST_F(KeptTrainingsTest, LeavesAloneWhatHasTheFoldersName) {
  std::ofstream(folder_) << "of the user";
  const KeptTrainings kept(folder_);
  kept.remove();
  EXPECT_FALSE(kept.holds_something());
  EXPECT_FALSE(ask(kept, "a").ok()) << "no folder can be made there";
  kept.remove();
  EXPECT_FALSE(kept.holds_something());
  EXPECT_TRUE(fs::is_regular_file(folder_));
}

TEST_F(KeptTrainingsTest, RemovesItsOwnAlone) {
  const KeptTrainings kept(folder_);
  ASSERT_TRUE(ask(kept, "a").ok());
  std::ofstream(file("mine.txt")) << "of the user";
  EXPECT_TRUE(kept.holds_something());
  kept.remove();
  EXPECT_TRUE(kept.holds_something());
  EXPECT_FALSE(fs::exists(file("a.pit")));
  EXPECT_TRUE(fs::exists(file("mine.txt")));
  fs::remove(file("mine.txt"));
  ASSERT_TRUE(ask(kept, "a").ok());
  kept.remove();
  EXPECT_FALSE(fs::exists(folder_));
}

}  // namespace
}  // namespace pitlane
