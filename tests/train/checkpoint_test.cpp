#include "pitlane/train/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pitlane/core/file.h"
#include "pitlane/core/random.h"
#include "pitlane/train/checkpoint_format.h"

namespace pitlane {
namespace {

using ::testing::HasSubstr;

TrainState some_state() {
  TrainState state;
  state.key = {{"seed", "1"}, {"batch", "64"}};
  state.epochs_done = 2;
  state.step = 77;
  state.weights = {{1, 2, 3}, {}, {4}};
  state.moments = {{{1, 1, 1}, {2, 2, 2}}, {}, {{5}, {6}}};
  state.best_epoch = 1;
  state.best_weights = {{9, 8, 7}, {}, {6}};
  state.history = {{1, 0.5, 0.6, 1.5}, {2, 0.4, 0.7, 1.25}};
  return state;
}

class CheckpointTest : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  // A name of its own: ctest runs the tests side by side.
  std::filesystem::path path_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("checkpoint_") + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".ckpt");
};

TEST_F(CheckpointTest, ComesBackWhole) {
  const TrainState state = some_state();
  ASSERT_TRUE(save_checkpoint(path_, state).ok());
  const auto loaded = load_checkpoint(path_);
  ASSERT_TRUE(loaded.ok());
  ASSERT_TRUE(loaded->has_value());
  EXPECT_EQ((*loaded)->key, state.key);
  EXPECT_EQ((*loaded)->weights, state.weights);
  EXPECT_EQ((*loaded)->history[1].validation_loss, 0.7);
  EXPECT_EQ(encode_checkpoint(**loaded), encode_checkpoint(state));
  EXPECT_TRUE(check_sizes(**loaded, state, path_).ok());
}

TEST_F(CheckpointTest, NoFileIsNoState) {
  const auto loaded = load_checkpoint(path_);
  ASSERT_TRUE(loaded.ok());
  EXPECT_FALSE(loaded->has_value());
}

TEST_F(CheckpointTest, EveryFlippedByteAndEveryCutIsNoticed) {
  const std::vector<std::byte> good = encode_checkpoint(some_state());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::vector<std::byte> bad = good;
    bad[i] ^= std::byte{0x41};
    EXPECT_FALSE(decode_checkpoint(bad).ok()) << i;
    EXPECT_FALSE(decode_checkpoint(std::span(good).first(i)).ok()) << i;
  }
  std::vector<std::byte> cut(good.begin(), good.end() - 9);
  ASSERT_TRUE(write_file(path_, cut).ok());
  const auto loaded = load_checkpoint(path_);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().kind(), ErrorKind::kCorrupt);
  EXPECT_THAT(loaded.error().message(), HasSubstr("damaged or truncated"));
  EXPECT_THAT(loaded.error().message(), HasSubstr("delete it to start again"));
}

TEST_F(CheckpointTest, ForeignFilesAreRefused) {
  ASSERT_TRUE(write_text(path_, "a text that is long enough to be more than magic and checksum together").ok());
  const auto loaded = load_checkpoint(path_);
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().message(), HasSubstr("not a training checkpoint"));
}

TEST_F(CheckpointTest, TheDifferingOptionIsNamed) {
  const TrainKey wanted = {{"seed", "1"}, {"batch", "32"}};
  const Status status = check_key(some_state().key, wanted, path_);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("batch is 32 now and was 64"));
}

TEST_F(CheckpointTest, OtherTensorsAreRefused) {
  TrainState other = some_state();
  other.weights[0].push_back(1);
  EXPECT_FALSE(check_sizes(some_state(), other, path_).ok());
  other = some_state();
  other.best_epoch = 3;
  EXPECT_FALSE(check_sizes(other, some_state(), path_).ok());
}

}  // namespace
}  // namespace pitlane
