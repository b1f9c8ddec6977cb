// Files, safely: nothing half-written ever stands under its final name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Reads a whole regular file of at most `limit_bytes`. Pipes and devices are refused at once: opening them would wait.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::uint64_t limit_bytes = 1ULL << 31);
Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit_bytes = 1ULL << 28);

/// For libraries that open files themselves. Errors: nothing there, a directory, pipe or device, no permission.
Status check_regular_file(const std::filesystem::path& path);

/// Writes beside `path`, flushes to disk, then renames over it: readers see the old file or the new one, also after a
/// power cut. A symbolic link stays one: the file that it names is written. An old file's permissions stay; a new one
/// gets what the umask allows. On any error (full disk, no permission) the temporary file is removed and the old one is
/// untouched.
Status write_file(const std::filesystem::path& path, std::span<const std::byte> content);
Status write_text(const std::filesystem::path& path, std::string_view content);

/// A file that must not be there yet, under its final name at once and not flushed: for files of which many become one
/// whole, which ends with sync_directory and an index. On an error nothing of it stays.
Status create_file(const std::filesystem::path& path, std::span<const std::byte> content);
/// Flushes the file system that `path` lies on.
Status sync_directory(const std::filesystem::path& path);

/// Where write_file would put the content: absolute, symbolic links followed, whether or not the file is there.
std::filesystem::path resolved(const std::filesystem::path& path);
/// Do both names lead to one file, or would they once it is there?
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// Makes the directory (and its parents) and proves that a file can be written there.
Status make_writable_directory(const std::filesystem::path& path);

/// Read-only memory map of a whole file; unmapped with the last owner.
class MappedFile {
 public:
  static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_;
  std::size_t size_;
};

}  // namespace pitlane
