// A fuzz target as an ordinary test, for any compiler: the seeds, the same seeds cut off and with flipped bits, and all
// files of the given folders. Each input has seconds and megabytes, as under the fuzzer.
//   replay_TARGET [FOLDER or FILE ...]
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "pitlane/core/file.h"
#include "pitlane/core/random.h"

namespace pitlane::fuzz {
namespace {
namespace fs = std::filesystem;

constexpr long kMegabytes = 512;
constexpr std::size_t kCuts = 40, kFlips = 60;  // per seed

#ifdef PITLANE_SANITIZED
constexpr bool kSanitized = true;  // sanitizers take memory of their own
#else
constexpr bool kSanitized = false;
#endif

long peak_megabytes() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

class Replay {
 public:
  void input(const std::string& name, Bytes content) {
    // The last line of a run that ended in a crash says what did it.
    std::printf("%s (%zu bytes)\n", name.c_str(), content.size());
    std::fflush(stdout);
    // Exactly as large as the input, so that reading behind it is seen.
    const std::vector<std::byte> copy(content.begin(), content.end());
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size());
    ++count_;
    if (kSanitized || peak_megabytes() - baseline_ <= kMegabytes) return;
    std::printf("FAILED: took more than %ld MB\n", kMegabytes);
    ++failures_;
    baseline_ = peak_megabytes();
  }

  void damaged(const std::string& name, Bytes content) {
    Random random(1);
    for (std::size_t i = 0; i < std::min(kCuts, content.size()); ++i)
      input(name + " cut", content.first(content.size() <= kCuts ? i : random.index(content.size())));
    for (std::size_t i = 0; i < kFlips && !content.empty(); ++i) {
      std::vector<std::byte> bytes(content.begin(), content.end());
      for (std::size_t flips = 1 + i % 4; flips > 0; --flips)
        bytes[random.index(bytes.size())] ^= static_cast<std::byte>(1U << random.index(8));
      input(name + " flipped", bytes);
    }
  }

  void file(const fs::path& path) {
    const auto content = read_file(path);
    if (content) return input(path.string(), *content);
    std::printf("FAILED: %s\n", content.error().message().c_str());
    ++failures_;
  }

  [[nodiscard]] int finish() const {
    std::printf("%d inputs, %d failures\n", count_, failures_);
    return failures_ == 0 && count_ > 0 ? 0 : 1;
  }

 private:
  long baseline_ = peak_megabytes();
  int count_ = 0, failures_ = 0;
};

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace
}  // namespace pitlane::fuzz

int main(int argc, char** argv) {
  using namespace pitlane::fuzz;
  Replay replay;
  Seeds seeds;
  add_seeds(seeds);
  for (const auto& [name, content] : seeds.files()) replay.input("seed " + name, content);
  for (const auto& [name, content] : seeds.files()) replay.damaged("seed " + name, content);
  for (int i = 1; i < argc; ++i)
    for (const auto& file : files_of(argv[i])) replay.file(file);
  return replay.finish();
}
