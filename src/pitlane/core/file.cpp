#include "pitlane/core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "pitlane/core/file_set.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

Error os_error(std::string_view what, const fs::path& path, int code) {
  const ErrorKind kind = code == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo;
  std::string remedy;
  if (code == ENOSPC) remedy = "; free some space and run again";
  if (code == EACCES || code == EROFS) remedy = "; check its permissions or choose another place";
  return {kind, path.string() + ": " + std::string(what) + ": " + std::strerror(code) + remedy};
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  int close() { return ::close(release()); }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<std::uint64_t> regular_size(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return os_error("cannot read", path, errno);
  if (!S_ISREG(info.st_mode)) return invalid_argument(path.string() + ": not a regular file");
  return static_cast<std::uint64_t>(info.st_size);
}

// Without O_NONBLOCK a pipe that nobody writes to would be waited for, deaf to Ctrl-C.
FileDescriptor open_at_once(const fs::path& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

template <typename Buffer>
Result<Buffer> read_whole(const fs::path& path, std::uint64_t limit_bytes) {
  const FileDescriptor file = open_at_once(path);
  if (file.get() < 0) return os_error("cannot open", path, errno);
  PITLANE_TRY(const std::uint64_t size, regular_size(file.get(), path));
  if (size > limit_bytes)
    return invalid_argument(path.string() + ": " + std::to_string(size) + " bytes are more than the limit of " +
                            std::to_string(limit_bytes));
  Buffer out;
  out.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(file.get(), out.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("cannot read", path, errno);
    if (got == 0) return corrupt(path.string() + ": the file shrank while it was being read");
    done += static_cast<std::size_t>(got);
  }
  return out;
}

constexpr std::align_val_t kAlignment{64};

// A buffer for read_whole that is not filled with zeros first.
struct Uninitialized {
  AlignedBytes bytes;
  std::size_t size = 0;

  void resize(std::size_t wanted) {
    bytes.reset(static_cast<std::byte*>(::operator new(wanted, kAlignment)));
    size = wanted;
  }
  [[nodiscard]] std::byte* data() const { return bytes.get(); }
};

Status write_all(int fd, std::span<const std::byte> content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return os_error("cannot write", path, errno);
    content = content.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

// A new file beside `target`; `name` becomes its path. Not mkstemp, which ignores the umask.
FileDescriptor create_beside(const fs::path& target, std::string& name) {
  static std::atomic<unsigned> counter = 0;
  constexpr int kTries = 100;  // names that a killed run left behind
  for (int i = 0; i < kTries; ++i) {
    char suffix[48];
    std::snprintf(suffix, sizeof suffix, ".%ld-%u.part", static_cast<long>(::getpid()), counter.fetch_add(1));
    name = target.string() + suffix;
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST) return FileDescriptor(fd);
  }
  return FileDescriptor(-1);
}

// The renaming itself reaches the disk with its folder. Some file systems cannot flush folders; they flush by
// themselves.
Status flush_folder_of(const fs::path& target, const fs::path& path) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) == 0) return {};
  return errno == EIO || errno == ENOSPC ? Status(os_error("cannot write", path, errno)) : Status();
}

Status write_and_flush(FileDescriptor& file, std::span<const std::byte> content, const fs::path& path) {
  PITLANE_TRY_STATUS(write_all(file.get(), content, path));
  if (::fsync(file.get()) != 0) return os_error("cannot write", path, errno);
  if (file.close() != 0) return os_error("cannot write", path, errno);
  return {};
}

Error appeared(const fs::path& path) {
  return invalid_argument(path.string() + ": appeared meanwhile, so something else writes there; choose another place");
}

// `temporary` gets the name of `target`, which only Existing::kReplace takes from another file. False: see errno.
bool rename_to(const std::string& temporary, const fs::path& target, Existing existing) {
  if (existing == Existing::kReplace) return ::rename(temporary.c_str(), target.c_str()) == 0;
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // A file system without that: a second name for the file is never put over another one's.
  return ::link(temporary.c_str(), target.c_str()) == 0 && ::unlink(temporary.c_str()) == 0;
}

// The content of `path`, not yet under its name.
struct WrittenBeside {
  fs::path path, target;
  std::string temporary;
};

Result<WrittenBeside> write_beside(const fs::path& path, std::span<const std::byte> content, Existing existing) {
  WrittenBeside written{path, resolved(path), {}};
  struct stat old {};
  const bool replaces = ::stat(written.target.c_str(), &old) == 0;
  if (!replaces && errno != ENOENT) return os_error("cannot create", path, errno);
  // Renaming onto a device would put a file in its place.
  if (replaces && !S_ISREG(old.st_mode))
    return invalid_argument(path.string() + ": is not a regular file; choose another name");
  if (replaces && existing == Existing::kRefuse) return appeared(path);
  FileDescriptor file = create_beside(written.target, written.temporary);
  if (file.get() < 0) return os_error("cannot create", path, errno);
  if (replaces) ::fchmod(file.get(), old.st_mode & 0777);
  if (const Status flushed = write_and_flush(file, content, path); !flushed.ok()) {
    ::unlink(written.temporary.c_str());
    return flushed.error();
  }
  return written;
}

Status rename_into_place(const WrittenBeside& file, Existing existing) {
  if (!rename_to(file.temporary, file.target, existing)) {
    const int code = errno;
    ::unlink(file.temporary.c_str());
    return code == EEXIST ? appeared(file.path) : os_error("cannot create", file.path, code);
  }
  return {};
}

Status put_in_place(const WrittenBeside& file, Existing existing) {
  PITLANE_TRY_STATUS(rename_into_place(file, existing));
  return flush_folder_of(file.target, file.path);
}

void remove(std::span<const WrittenBeside> files) {
  for (const WrittenBeside& file : files) ::unlink(file.temporary.c_str());
}

}  // namespace

Result<std::vector<std::byte>> read_file(const fs::path& path, std::uint64_t limit_bytes) {
  return read_whole<std::vector<std::byte>>(path, limit_bytes);
}

Result<std::string> read_text(const fs::path& path, std::uint64_t limit_bytes) {
  return read_whole<std::string>(path, limit_bytes);
}

Status check_regular_file(const fs::path& path) {
  const FileDescriptor file = open_at_once(path);
  if (file.get() < 0) return os_error("cannot open", path, errno);
  PITLANE_TRY_STATUS(regular_size(file.get(), path));
  return {};
}

Status write_file(const fs::path& path, std::span<const std::byte> content, Existing existing) {
  PITLANE_TRY(const WrittenBeside file, write_beside(path, content, existing));
  return put_in_place(file, existing);
}

Status create_file(const fs::path& path, std::span<const std::byte> content) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file.get() < 0 && errno == EEXIST) return appeared(path);
  if (file.get() < 0) return os_error("cannot create", path, errno);
  Status written = write_all(file.get(), content, path);
  if (written.ok() && file.close() != 0) written = os_error("cannot write", path, errno);
  if (!written.ok()) ::unlink(path.c_str());
  return written;
}

Status sync_directory(const fs::path& path) {
  const FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::syncfs(directory.get()) != 0) return os_error("cannot write", path, errno);
  return {};
}

fs::path resolved(const fs::path& path) {
  constexpr int kMostLinks = 40;  // as Linux
  std::error_code error;
  fs::path at = fs::absolute(path, error);
  if (error) return path;
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(at, error)); ++i) {
    const fs::path next = fs::read_symlink(at, error);
    if (error) return path;
    at = at.parent_path() / next;  // replaces it all where `next` is absolute
  }
  const fs::path whole = fs::weakly_canonical(at, error);
  return error ? path : whole;
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error) && !error) return true;
  return resolved(a) == resolved(b);
}

Status write_text(const fs::path& path, std::string_view content) {
  return write_file(path, std::as_bytes(std::span(content.data(), content.size())));
}

Status write_texts(const std::vector<std::pair<fs::path, std::string>>& files) {
  std::vector<WrittenBeside> written;
  for (const auto& [path, text] : files) {
    Result<WrittenBeside> one = write_beside(path, std::as_bytes(std::span(text)), Existing::kReplace);
    if (!one) {
      remove(written);
      return Error(one.error().kind(), one.error().message() + " (none of " + std::to_string(files.size()) +
                                           " files that belong together was written)");
    }
    written.push_back(*std::move(one));
  }
  std::size_t replaced = 0;
  for (const WrittenBeside& file : written) {
    Status placed = rename_into_place(file, Existing::kReplace);
    if (placed.ok()) {
      ++replaced;
      placed = flush_folder_of(file.target, file.path);
    }
    if (placed.ok()) continue;
    remove(std::span(written).subspan(replaced));
    return Error(placed.error().kind(), placed.error().message() + " (" + std::to_string(replaced) + " of " +
                                            std::to_string(files.size()) +
                                            " files that belong together were replaced)");
  }
  return {};
}

Status make_writable_directory(const fs::path& path) {
  std::error_code code;
  if (fs::exists(path, code) && !fs::is_directory(path, code))
    return invalid_argument(path.string() + ": exists and is not a directory; choose another place");
  fs::create_directories(path, code);
  if (code) return os_error("cannot make the directory", path, code.value());
  std::string probe = (path / ".probe.XXXXXX").string();
  const FileDescriptor file(::mkostemp(probe.data(), O_CLOEXEC));
  if (file.get() < 0) return os_error("cannot write into the directory", path, errno);
  ::unlink(probe.c_str());
  return {};
}

void FreeAligned::operator()(std::byte* bytes) const { ::operator delete(bytes, kAlignment); }

Result<std::shared_ptr<const LoadedFile>> LoadedFile::open(const fs::path& path, std::uint64_t limit_bytes) {
  PITLANE_TRY(Uninitialized buffer, read_whole<Uninitialized>(path, limit_bytes));
  if (buffer.size == 0) return corrupt(path.string() + ": the file is empty");
  return std::shared_ptr<const LoadedFile>(new LoadedFile(std::move(buffer.bytes), buffer.size));
}

Result<std::shared_ptr<const FileParts>> FileParts::open(const fs::path& path) {
  FileDescriptor file = open_at_once(path);
  if (file.get() < 0) return os_error("cannot open", path, errno);
  PITLANE_TRY(const std::uint64_t size, regular_size(file.get(), path));
  if (size == 0) return corrupt(path.string() + ": the file is empty");
  return std::shared_ptr<const FileParts>(new FileParts(file.release(), size, path));
}

FileParts::~FileParts() { ::close(fd_); }

Status FileParts::read(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("cannot read", path_, errno);
    if (got == 0)
      return corrupt(path_.string() + ": has no byte " + std::to_string(offset) +
                     "; it was cut short, or shrank while it was read; copy it again");
    offset += static_cast<std::uint64_t>(got);
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

}  // namespace pitlane
