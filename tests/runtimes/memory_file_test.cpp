#include "pitlane/runtimes/memory_file.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace pitlane {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(MemoryFile, IsReadAgainAndAgainUntilItIsGone) {
  for (const std::size_t size : {0U, 1U, 1'000'000U}) {
    const std::string text(size, 'x');
    std::optional<MemoryFile> file = MemoryFile::create(std::as_bytes(std::span(text))).value();
    const std::filesystem::path path = file->path();
    EXPECT_EQ(text_of(path), text);
    const MemoryFile moved = *std::move(file);
    file.reset();
    EXPECT_EQ(moved.path(), path);
    EXPECT_EQ(text_of(path), text) << "from its beginning, whoever has read it before";
  }
}

TEST(MemoryFile, LeavesNothing) {
  std::filesystem::path path;
  {
    const MemoryFile file = MemoryFile::create({}).value();
    path = file.path();
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace pitlane
