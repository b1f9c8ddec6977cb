// Results of long trainings in a folder: what is trained alike is trained once, and what was stopped goes on.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "pitlane/core/result.h"
#include "pitlane/network/network.h"

namespace pitlane {

class KeptTrainings {
 public:
  /// The folder is made when the first training begins.
  explicit KeptTrainings(std::filesystem::path folder) : folder_(std::move(folder)) {}

  using MakeFn = std::function<Result<Network>(const std::filesystem::path& checkpoint)>;

  /// The network of this key (letters and digits: everything that decides the training), from its file or from `make`,
  /// which keeps its state in `checkpoint`. A file or a checkpoint that is damaged is made again, with a warning.
  /// Several threads may ask at once; who asks for what another is making waits for it. Errors: those of `make` (its
  /// checkpoint stays, unless training diverged); the folder cannot be made or written.
  Result<Network> once(const std::string& key, const MakeFn& make) const;

  /// Removes the files of all keys that were asked for, and the folder if that leaves it empty.
  void remove() const;
  /// Was anything asked for, and is there something in the folder, of these keys or of others? An empty one goes.
  [[nodiscard]] bool holds_something() const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& key) const { return folder_ / (key + ".pit"); }
  [[nodiscard]] std::filesystem::path checkpoint_of(const std::string& key) const {
    return folder_ / (key + ".checkpoint");
  }
  std::mutex& lock_of(const std::string& key) const;
  void remove_if_empty() const;

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::mutex> locks_;  // by key
};

}  // namespace pitlane
