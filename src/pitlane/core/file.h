// Files, safely: nothing half-written ever stands under its final name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Reads a whole regular file of at most `limit_bytes`. Pipes and devices are refused at once: opening them would wait.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::uint64_t limit_bytes = 1ULL << 31);
Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit_bytes = 1ULL << 28);

/// For libraries that open files themselves. Errors: nothing there, a directory, pipe or device, no permission.
Status check_regular_file(const std::filesystem::path& path);

/// What becomes of a file that has the name already.
enum class Existing {
  kReplace,
  kRefuse,  ///< an error, also where it appeared while the new one was being written
};

/// Writes beside `path`, flushes to disk, then renames over it: readers see the old file or the new one, also after a
/// power cut. A symbolic link stays one: the file that it names is written. An old file's permissions stay; a new one
/// gets what the umask allows. On any error (full disk, no permission) the temporary file is removed and the old one is
/// untouched. Errors name the path.
Status write_file(const std::filesystem::path& path, std::span<const std::byte> content,
                  Existing existing = Existing::kReplace);
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

struct FreeAligned {
  void operator()(std::byte* bytes) const;
};
/// Aligned to 64 bytes, as weights in files are.
using AlignedBytes = std::unique_ptr<std::byte[], FreeAligned>;

/// The bytes of a whole file, shared by all that refer to parts of them. Read into memory and not mapped: a mapped file
/// that somebody cuts short ends the program that reads it.
class LoadedFile {
 public:
  /// Errors: as read_file; the file is empty.
  static Result<std::shared_ptr<const LoadedFile>> open(const std::filesystem::path& path,
                                                        std::uint64_t limit_bytes = 1ULL << 31);

  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_.get(), size_}; }

 private:
  LoadedFile(AlignedBytes data, std::size_t size) : data_(std::move(data)), size_(size) {}
  AlignedBytes data_;
  std::size_t size_;
};

/// A file that is too large to be loaded, read in parts by any number of threads.
class FileParts {
 public:
  /// Errors: as check_regular_file; the file is empty.
  static Result<std::shared_ptr<const FileParts>> open(const std::filesystem::path& path);
  ~FileParts();
  FileParts(const FileParts&) = delete;
  FileParts& operator=(const FileParts&) = delete;

  /// Bytes when it was opened.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Fills `out` with the bytes from `offset` on. Errors: they lie behind the end, also where the file shrank since.
  Status read(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  FileParts(int fd, std::uint64_t size, std::filesystem::path path) : fd_(fd), size_(size), path_(std::move(path)) {}
  int fd_;
  std::uint64_t size_;
  std::filesystem::path path_;
};

}  // namespace pitlane
