#include "pitlane/study/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "temporary_directory.h"

namespace {
std::atomic<int> g_flushes = 0;
}

// SQLite's calls come here: the linker prefers the program's functions to the library's.
extern "C" int fdatasync(int file) {
  ++g_flushes;
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}
extern "C" int fsync(int file) {
  ++g_flushes;
  return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class StoreTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return place_ / "tune.db"; }
  TemporaryDirectory place_;
};

TEST_F(StoreTest, FindsWhatWasPutAlsoAfterOpeningAgain) {
  const std::string bytes("a\0b\xFF", 4);
  {
    Store store = Store::open(path()).value();
    EXPECT_EQ(store.find("key").value(), std::nullopt);
    ASSERT_TRUE(store.put("key", "old").ok());
    ASSERT_TRUE(store.put("key", bytes).ok());
    ASSERT_TRUE(store.put("empty", "").ok());
  }
  const Store store = Store::open(path()).value();
  EXPECT_EQ(store.find("key").value(), bytes);
  EXPECT_EQ(store.find("empty").value(), "");
  EXPECT_EQ(store.find("other").value(), std::nullopt);
}

// A child puts rows as fast as it can and is killed in the middle: what it had been told is stored is there, whole.
TEST_F(StoreTest, KillLosesNothingThatWasPut) {
  int told[2];
  ASSERT_EQ(::pipe(told), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Store store = Store::open(path()).value();
    for (int i = 0; i < 100000; ++i) {
      if (!store.put("row " + std::to_string(i), std::string(5000, static_cast<char>('a' + i % 26))).ok()) break;
      if (::write(told[1], &i, sizeof i) != sizeof i) break;
    }
    ::_exit(0);
  }
  int last = -1;
  while (last < 20 && ::read(told[0], &last, sizeof last) == sizeof last) {
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(last, 20);
  const Store store = Store::open(path()).value();
  for (int i = 0; i <= last; ++i)
    EXPECT_EQ(store.find("row " + std::to_string(i)).value(), std::string(5000, static_cast<char>('a' + i % 26)));
}

// Cells of a study may take a millisecond, a flush a hundred.
TEST_F(StoreTest, AFewFlushesAreEnoughForManyPuts) {
  Store store = Store::open(path()).value();
  const int opened = g_flushes;
  ASSERT_TRUE(store.put("first", "value").ok());
  const int flushed = g_flushes;
  EXPECT_GT(flushed, opened) << "the first put waits for the disk (or the functions above are not called)";
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(store.put_new(std::to_string(i), "value").ok());
  const auto intervals = (std::chrono::steady_clock::now() - began) / Store::kFlushEvery;
  EXPECT_LE(g_flushes - flushed, 2 * (1 + intervals));
  const Store reader = Store::open(path()).value();
  EXPECT_EQ(reader.find("99").value(), "value") << "committed, flushed or not";
}

TEST_F(StoreTest, TwoProcessesMayShareIt) {
  Store first = Store::open(path()).value();
  Store second = Store::open(path()).value();
  ASSERT_TRUE(first.put("a", "1").ok());
  ASSERT_TRUE(second.put("b", "2").ok());
  EXPECT_EQ(first.find("b").value(), "2");
  EXPECT_EQ(second.find("a").value(), "1");
}

TEST_F(StoreTest, RefusesWhatIsNoStore) {
  std::ofstream(path()) << "this is a text, and long enough to be looked at as if it were a database of some kind";
  const auto opened = Store::open(path());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message(), HasSubstr(path().string()));
  std::ifstream in(path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}).substr(0, 14), "this is a text") << "left as it was";
}

TEST_F(StoreTest, RefusesAForeignDatabaseAndLeavesIt) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE mine (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const auto opened = Store::open(path());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message(), HasSubstr(path().string()));
}

TEST_F(StoreTest, RefusesANewerVersion) {
  ASSERT_TRUE(Store::open(path()).ok());
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA user_version = 7", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  EXPECT_THAT(Store::open(path()).error().message(),
              AllOf(HasSubstr("newer pitlane"), HasSubstr("version 7"), HasSubstr("update pitlane")));
}

// To everybody but root, who may write anywhere.
class ReadOnlyStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    if (::geteuid() == 0) GTEST_SKIP() << "root may write in every folder; run this as another user";
    fs::create_directory(folder_);
    fs::create_symlink(file_, link_);
  }
  void TearDown() override {
    std::error_code ignored;
    fs::permissions(folder_, fs::perms::owner_all, ignored);
  }
  void close_folder() const { fs::permissions(folder_, fs::perms(0555)); }
  const fs::path folder_ = place_ / "folder?#%41", file_ = folder_ / "s.db", link_ = place_ / "link.db";
};

TEST_F(ReadOnlyStoreTest, IsReadAlsoThroughALink) {
  ASSERT_TRUE(Store::open(file_)->put("key", "value").ok());
  ASSERT_FALSE(fs::exists(file_.string() + "-wal"));
  close_folder();
  for (const fs::path& path : {file_, link_}) {
    const auto store = Store::open_to_read(path);
    ASSERT_TRUE(store.ok()) << store.error().message();
    EXPECT_EQ(store->find("key").value(), "value");
  }
}

// A program that is killed leaves its log.
TEST_F(ReadOnlyStoreTest, ALogIsReadWithItsIndexAndNeverPassedOver) {
  const pid_t child = ::fork();
  if (child == 0) {
    Result<Store> store = Store::open(file_);
    ::_exit(store.ok() && store->put("key", "value").ok() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_GT(fs::file_size(file_.string() + "-wal"), 0U);
  close_folder();
  for (const fs::path& path : {file_, link_}) EXPECT_EQ(Store::open_to_read(path)->find("key").value(), "value");
  fs::permissions(folder_, fs::perms::owner_all);
  fs::remove(file_.string() + "-shm");
  close_folder();
  for (const fs::path& path : {file_, link_}) {
    const auto store = Store::open_to_read(path);
    ASSERT_FALSE(store.ok()) << path;
    EXPECT_THAT(store.error().message(), HasSubstr(path.string() + ": its last results are in s.db-wal, which can be"));
  }
}

TEST_F(StoreTest, NoSuchDirectory) {
  EXPECT_THAT(Store::open(place_ / "gone/tune.db").error().message(), HasSubstr("gone/tune.db"));
}

}  // namespace
}  // namespace pitlane
