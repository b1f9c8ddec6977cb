#include "fuzz/target.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "pitlane/core/file.h"

namespace pitlane::fuzz {
namespace fs = std::filesystem;
namespace {

constexpr time_t kSeconds = 10;

void too_slow(int /*signal*/) {
  constexpr std::string_view kMessage = "this input took more than 10 s of processor time\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  std::abort();
}

/// Ends the program where one input takes too long. Processor time, so that a busy machine finds nothing that is not
/// there.
class Patience {
 public:
  Patience() {
    [[maybe_unused]] static const auto before = std::signal(SIGPROF, too_slow);
    set(kSeconds);
  }
  ~Patience() { set(0); }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

 private:
  static void set(time_t seconds) {
    const itimerval timer{{0, 0}, {seconds, 0}};
    ::setitimer(ITIMER_PROF, &timer, nullptr);
  }
};

}  // namespace

void check_error(const Error& error) {
  // A terminal shows one line of it; what a file says must not break that line, nor fill the screen.
  PITLANE_CHECK(!error.message().empty());
  PITLANE_CHECK(error.message().size() < 100'000);
}

Status write_seeds(const fs::path& folder) {
  PITLANE_TRY_STATUS(make_writable_directory(folder));
  Seeds seeds;
  add_seeds(seeds);
  for (const auto& [name, content] : seeds.files()) PITLANE_TRY_STATUS(write_file(folder / name, content));
  return {};
}

std::uint8_t Draw::byte() {
  if (rest_.empty()) return 0;
  const auto value = std::to_integer<std::uint8_t>(rest_.front());
  rest_ = rest_.subspan(1);
  return value;
}

std::string_view Draw::text() {
  const std::string_view all = fuzz::text(rest_);
  const std::size_t end = std::min(all.find('\0'), all.size());
  rest_ = rest_.subspan(std::min(end + 1, all.size()));
  return all.substr(0, end);
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "pitlane-fuzz-XXXXXX").string();
  PITLANE_CHECK(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path Scratch::put(const fs::path& name, Bytes content) const {
  fs::path file = path_ / name;
  if (name.has_parent_path()) fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  PITLANE_CHECK(out.good());
  return file;
}

}  // namespace pitlane::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pitlane::fuzz::Patience patience;
  pitlane::fuzz::run({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
