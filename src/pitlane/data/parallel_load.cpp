#include "pitlane/data/parallel_load.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

namespace pitlane {
namespace {

constexpr std::size_t kReportEvery = 16;  // pictures of the calling thread; some 5 ms

struct Work {
  const std::vector<std::filesystem::path>& files;
  std::span<std::uint8_t> pictures;
  std::vector<std::string>& faults;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;

  /// False when nothing is left.
  bool load_one(PictureLoader& loader) {
    const std::size_t i = next.fetch_add(1);
    if (i >= files.size() || stop) return false;
    const std::size_t bytes = pictures.size() / files.size();
    const Status status = loader.load(files[i], pictures.subspan(i * bytes, bytes));
    if (!status) faults[i] = status.error().message();
    return true;
  }
};

std::vector<std::thread> start_helpers(Work& work, const PictureLoader& loader) {
  std::vector<std::thread> helpers;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  try {
    for (unsigned i = 1; i < cores; ++i)
      helpers.emplace_back([&work, own = loader]() mutable {
        while (work.load_one(own)) {
        }
      });
  } catch (const std::system_error&) {
    // No more threads to be had: those that run, and this one, do it all.
  }
  return helpers;
}

}  // namespace

Result<std::vector<std::string>> load_pictures(const std::vector<std::filesystem::path>& files,
                                               const PictureLoader& loader, std::span<std::uint8_t> pictures,
                                               const ProgressFn& progress) {
  std::vector<std::string> faults(files.size());
  Work work{files, pictures, faults};
  std::vector<std::thread> helpers = start_helpers(work, loader);
  PictureLoader own = loader;
  const auto state = [&] {
    const std::size_t started = std::min(work.next.load(), files.size());
    return Progress{"load images", static_cast<std::int64_t>(started), static_cast<std::int64_t>(files.size()), ""};
  };
  for (std::size_t mine = 0; work.load_one(own); ++mine)
    if (mine % kReportEvery == 0 && !report(progress, state())) work.stop = true;
  for (std::thread& helper : helpers) helper.join();
  if (work.stop || !report(progress, state())) return interrupted();
  return faults;
}

}  // namespace pitlane
