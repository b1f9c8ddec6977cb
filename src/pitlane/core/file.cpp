#include "pitlane/core/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

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
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

Result<std::uint64_t> regular_size(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return os_error("cannot read", path, errno);
  if (!S_ISREG(info.st_mode)) return invalid_argument(path.string() + ": not a regular file");
  return static_cast<std::uint64_t>(info.st_size);
}

template <typename Buffer>
Result<Buffer> read_whole(const fs::path& path, std::uint64_t limit_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
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

Status write_all(int fd, std::span<const std::byte> content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return os_error("cannot write", path, errno);
    content = content.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Status write_and_flush(FileDescriptor& file, std::span<const std::byte> content, const fs::path& path) {
  PITLANE_TRY_STATUS(write_all(file.get(), content, path));
  if (::fsync(file.get()) != 0) return os_error("cannot write", path, errno);
  if (file.close() != 0) return os_error("cannot write", path, errno);
  return {};
}

}  // namespace

Result<std::vector<std::byte>> read_file(const fs::path& path, std::uint64_t limit_bytes) {
  return read_whole<std::vector<std::byte>>(path, limit_bytes);
}

Result<std::string> read_text(const fs::path& path, std::uint64_t limit_bytes) {
  return read_whole<std::string>(path, limit_bytes);
}

Status write_file(const fs::path& path, std::span<const std::byte> content) {
  // Renaming onto a device would put a file in its place.
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
    return invalid_argument(path.string() + ": is not a regular file; choose another name");
  std::string temporary = path.string() + ".XXXXXX";
  FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return os_error("cannot create", path, errno);
  ::fchmod(file.get(), 0644);
  if (Status written = write_and_flush(file, content, path); !written.ok()) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return os_error("cannot create", path, code);
  }
  return {};
}

Status write_text(const fs::path& path, std::string_view content) {
  return write_file(path, std::as_bytes(std::span(content.data(), content.size())));
}

Status make_writable_directory(const fs::path& path) {
  std::error_code code;
  if (fs::exists(path, code) && !fs::is_directory(path, code))
    return invalid_argument(path.string() + ": exists and is not a directory");
  fs::create_directories(path, code);
  if (code) return os_error("cannot make the directory", path, code.value());
  std::string probe = (path / ".probe.XXXXXX").string();
  const FileDescriptor file(::mkostemp(probe.data(), O_CLOEXEC));
  if (file.get() < 0) return os_error("cannot write into the directory", path, errno);
  ::unlink(probe.c_str());
  return {};
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return os_error("cannot open", path, errno);
  PITLANE_TRY(const std::uint64_t size, regular_size(file.get(), path));
  if (size == 0) return corrupt(path.string() + ": the file is empty");
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return os_error("cannot map", path, errno);
  return std::shared_ptr<const MappedFile>(new MappedFile(static_cast<const std::byte*>(data), size));
}

MappedFile::~MappedFile() { ::munmap(const_cast<std::byte*>(data_), size_); }

}  // namespace pitlane
