#include "pitlane/core/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "pitlane/core/file_set.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(File, WritesAndReadsBack) {
  const TemporaryDirectory dir;
  ASSERT_TRUE(write_text(dir / "a.txt", "hello").ok());
  EXPECT_EQ(read_text(dir / "a.txt").value(), "hello");
  EXPECT_EQ(LoadedFile::open(dir / "a.txt").value()->bytes().size(), 5U);
  EXPECT_EQ(entries(dir.path()), 1U);
}

TEST(File, MissingFileIsNamed) {
  const auto result = read_file("/nowhere/at/all");
  EXPECT_EQ(result.error().kind(), ErrorKind::kNotFound);
  EXPECT_THAT(result.error().message(), HasSubstr("/nowhere/at/all: cannot open"));
}

TEST(File, RefusesDirectoriesAndOversizedFiles) {
  const TemporaryDirectory dir;
  EXPECT_THAT(read_file(dir.path()).error().message(), HasSubstr("not a regular file"));
  ASSERT_TRUE(write_text(dir / "big", std::string(100, 'x')).ok());
  EXPECT_THAT(read_file(dir / "big", 99).error().message(), HasSubstr("more than the limit of 99"));
}

TEST(File, EmptyFileCannotBeLoaded) {
  const TemporaryDirectory dir;
  ASSERT_TRUE(write_text(dir / "empty", "").ok());
  EXPECT_THAT(LoadedFile::open(dir / "empty").error().message(), HasSubstr("the file is empty"));
  EXPECT_THAT(FileParts::open(dir / "empty").error().message(), HasSubstr("the file is empty"));
}

// Somebody writes it anew, or copies over it, while it is in use. A mapped one would end the program by SIGBUS.
TEST(File, MayShrinkWhileItIsUsed) {
  const TemporaryDirectory dir;
  const std::string text(100'000, 'x');
  ASSERT_TRUE(write_text(dir / "a", text).ok());
  const auto loaded = LoadedFile::open(dir / "a").value();
  const auto parts = FileParts::open(dir / "a").value();
  std::vector<std::byte> part(10);
  EXPECT_TRUE(parts->read(50'000, part).ok());
  fs::resize_file(dir / "a", 40'000);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(loaded->bytes().data()), loaded->bytes().size()), text);
  EXPECT_TRUE(parts->read(39'990, part).ok());
  EXPECT_EQ(parts->read(39'991, part).error().message(),
            (dir / "a").string() + ": has no byte 40000; it was cut short, or shrank while it was read; copy it again");
  EXPECT_EQ(parts->read(90'000, part).error().message(),
            (dir / "a").string() + ": has no byte 90000; it was cut short, or shrank while it was read; copy it again");
}

TEST(File, UnwritableDirectoryIsNamed) {
  EXPECT_THAT(make_writable_directory("/proc/pitlane").error().message(), HasSubstr("/proc/pitlane"));
  const TemporaryDirectory dir;
  ASSERT_TRUE(write_text(dir / "file", "x").ok());
  EXPECT_THAT(make_writable_directory(dir / "file").error().message(), HasSubstr("not a directory"));
}

// A file-size limit makes write(2) fail in the middle, as a full disk does.
TEST(File, FailedWriteKeepsTheOldFileAndLeavesNothing) {
  const TemporaryDirectory dir;
  ASSERT_TRUE(write_text(dir / "kept", "old").ok());
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const Status status = write_text(dir / "kept", std::string(5000, 'n'));
    const bool clear = !status.ok() && status.error().message().find("cannot write") != std::string::npos;
    ::_exit(clear ? 0 : 1);
  }
  int code = -1;
  ::waitpid(child, &code, 0);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(read_text(dir / "kept").value(), "old");
  EXPECT_EQ(entries(dir.path()), 1U);
}

constexpr int kCannotMount = 77;

// A file system of 64 kB that this process alone sees; false where it may not have one.
bool mount_small_disk(const fs::path& place) {
  const auto user = ::getuid();
  const auto group = ::getgid();
  if (::unshare(CLONE_NEWNS) != 0) {  // only root may; others may as the root of a world of their own
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
  }
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=64k") == 0;
}

// Writes more than fits beside "kept" and over it.
int write_to_full_disk(const fs::path& place) {
  if (!mount_small_disk(place)) return kCannotMount;
  if (!write_text(place / "kept", "old").ok()) return 1;
  for (const char* name : {"kept", "new"}) {
    const Status status = write_text(place / name, std::string(200'000, 'n'));
    const std::string wanted =
        (place / name).string() + ": cannot write: No space left on device; free some space and run again";
    if (status.ok() || status.error().message() != wanted) return 2;
  }
  if (read_text(place / "kept").value() != "old") return 3;
  return entries(place) == 1 ? 0 : 4;
}

TEST(File, FullDiskIsAnErrorWithARemedyAndLeavesNothing) {
  const TemporaryDirectory dir;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(write_to_full_disk(dir.path()));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kCannotMount) GTEST_SKIP() << "this machine lets no process mount a file system";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: not a file, 2: another message, 3: old file lost, 4: something left behind";
}

TEST(WriteTexts, ReplacesAllOrNone) {
  const TemporaryDirectory place;
  ASSERT_TRUE(write_texts({{place / "a", "1"}, {place / "b", "2"}}).ok());
  EXPECT_EQ(read_text(place / "a").value() + read_text(place / "b").value(), "12");
  fs::create_directory(place / "c");
  const Status status = write_texts({{place / "a", "3"}, {place / "b", "4"}, {place / "c", "5"}});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), (place / "c").string() +
                                          ": is not a regular file; choose another name (none of 3 files that belong "
                                          "together was written)");
  EXPECT_EQ(read_text(place / "a").value() + read_text(place / "b").value(), "12");
  EXPECT_EQ(entries(place.path()), 3U) << "nothing stays beside them";
}

TEST(WriteFile, LeavesWhatIsNoRegularFileAlone) {
  const TemporaryDirectory place;
  const std::string pipe = (place / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, place.path().string()}) {
    const Status status = write_text(path, "x");
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.error().message(), ::testing::HasSubstr("is not a regular file; choose another name"));
  }
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0);
  return info.st_mode & 07777U;
}

TEST(WriteFile, ObeysTheUmaskAndKeepsAnOldFilesMode) {
  const TemporaryDirectory place;
  const mode_t before = ::umask(027);
  ASSERT_TRUE(write_text(place / "new", "x").ok());
  ASSERT_TRUE(write_text(place / "mine", "x").ok());
  fs::permissions(place / "mine", fs::perms(0604));
  ASSERT_TRUE(write_text(place / "mine", "again").ok());
  ::umask(before);
  EXPECT_EQ(mode_of(place / "new"), 0640U);
  EXPECT_EQ(mode_of(place / "mine"), 0604U);
}

TEST(WriteFile, WritesThroughLinks) {
  const TemporaryDirectory place;
  fs::create_directory(place / "far");
  ASSERT_TRUE(write_text(place / "far/target", "old").ok());
  fs::create_symlink("far/target", place / "link");
  fs::create_symlink("link", place / "link2");
  fs::create_symlink("far/later", place / "dangling");
  ASSERT_TRUE(write_text(place / "link2", "new").ok());
  ASSERT_TRUE(write_text(place / "dangling", "first").ok());
  EXPECT_EQ(read_text(place / "far/target").value(), "new");
  EXPECT_EQ(read_text(place / "far/later").value(), "first");
  for (const char* name : {"link", "link2", "dangling"}) EXPECT_TRUE(fs::is_symlink(place / name)) << name;
  fs::create_symlink("round", place / "round");
  EXPECT_FALSE(write_text(place / "round", "x").ok());
}

TEST(WriteFile, RefusesToReplaceWhereToldSo) {
  const TemporaryDirectory place;
  const auto bytes = std::as_bytes(std::span("new", 3));
  ASSERT_TRUE(write_file(place / "a", bytes, Existing::kRefuse).ok());
  EXPECT_EQ(read_text(place / "a").value(), "new");
  ASSERT_TRUE(write_text(place / "b", "old").ok());
  fs::create_symlink("b", place / "link");
  for (const char* name : {"b", "link"}) {
    const Status refused = write_file(place / name, bytes, Existing::kRefuse);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message(), (place / name).string() +
                                             ": appeared meanwhile, so something else writes there; choose another "
                                             "place");
  }
  EXPECT_EQ(read_text(place / "b").value(), "old");
  EXPECT_EQ(entries(place.path()), 3U) << "a temporary file is left";
}

// Two writers of one new file: whatever the order of their steps, the file of the one that succeeds stays.
TEST(WriteFile, OfTwoThatMayNotReplaceOneWins) {
  const TemporaryDirectory place;
  for (int round = 0; round < 20; ++round) {
    const fs::path path = place / std::to_string(round);
    const auto write = [&path](const std::string& text) {
      return write_file(path, std::as_bytes(std::span(text.data(), text.size())), Existing::kRefuse).ok();
    };
    bool first = false;
    std::thread other([&] { first = write("first"); });
    const bool second = write("second");
    other.join();
    EXPECT_NE(first, second);
    EXPECT_EQ(read_text(path).value(), first ? "first" : "second");
  }
  EXPECT_EQ(entries(place.path()), 20U) << "a temporary file is left";
}

// Opening a pipe for reading waits for somebody who writes.
TEST(File, PipesAreRefusedAtOnce) {
  const TemporaryDirectory place;
  const fs::path pipe = place / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ::alarm(20);
  EXPECT_THAT(read_file(pipe).error().message(), HasSubstr("pipe: not a regular file"));
  EXPECT_THAT(read_text("/dev/zero").error().message(), HasSubstr("/dev/zero: not a regular file"));
  EXPECT_THAT(FileParts::open(pipe).error().message(), HasSubstr("pipe: not a regular file"));
  EXPECT_THAT(LoadedFile::open(pipe).error().message(), HasSubstr("pipe: not a regular file"));
  EXPECT_THAT(check_regular_file(pipe).error().message(), HasSubstr("pipe: not a regular file"));
  ::alarm(0);
}

TEST(CreateFile, NeverReplaces) {
  const TemporaryDirectory place;
  const auto bytes = std::as_bytes(std::span("abc", 3));
  ASSERT_TRUE(create_file(place / "a", bytes).ok());
  EXPECT_THAT(create_file(place / "a", bytes).error().message(), HasSubstr("a: appeared meanwhile"));
  EXPECT_EQ(read_text(place / "a").value(), "abc");
  EXPECT_TRUE(sync_directory(place.path()).ok());
}

TEST(SameFile, SeesThroughSpellings) {
  const TemporaryDirectory place;
  ASSERT_TRUE(write_text(place / "a", "x").ok());
  ASSERT_TRUE(write_text(place / "b", "x").ok());
  fs::create_symlink("a", place / "to_a");
  fs::create_symlink("gone", place / "to_gone");
  fs::create_hard_link(place / "b", place / "b_too");
  EXPECT_TRUE(same_file(place / "a", place / "./x/../a"));
  EXPECT_TRUE(same_file(place / "a", place / "to_a"));
  EXPECT_TRUE(same_file(place / "gone", place / "to_gone"));
  EXPECT_TRUE(same_file(place / "b", place / "b_too"));
  EXPECT_FALSE(same_file(place / "a", place / "b"));
  EXPECT_FALSE(same_file(place / "a", place / "gone"));
}

}  // namespace
}  // namespace pitlane
