// A network as a file of another tool, and that tool's runtime ready to run it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/engine/session.h"
#include "pitlane/formats/export.h"
#include "pitlane/network/network.h"
#include "pitlane/runtimes/file_input.h"
#include "pitlane/runtimes/foreign_runtime.h"
#include "pitlane/runtimes/memory_file.h"
#include "pitlane/runtimes/worker.h"
#include "pitlane/runtimes/worker_pool.h"

namespace pitlane {

/// A file and what it was made of.
struct ExportedFile {
  const std::filesystem::path& path;
  const Network& network;
  const ExportOptions& options;
};

/// What the ranges of a file are (ExportOptions::ranges) where it needs them; asked for no other.
using MeasureRanges = std::function<Result<std::vector<std::optional<ValueRange>>>(const Network& prepared)>;

/// Immutable and thread-safe, as a Plan is.
class ForeignModel : public std::enable_shared_from_this<ForeignModel> {
 public:
  /// Writes the network, in the precision of its weights, to memory, through a temporary folder.
  /// Errors: the kind of file has no words for a layer.
  static Result<std::shared_ptr<const ForeignModel>> create(const Network& network, const ForeignRuntime& runtime,
                                                            const WorkerOptions& worker,
                                                            std::shared_ptr<WorkerPool> pool = nullptr,
                                                            const MeasureRanges& measure_ranges = {});
  /// Of a file that is there and stays there.
  static std::shared_ptr<const ForeignModel> of_file(const ExportedFile& file, const WorkerOptions& worker);

  /// A worker of its own for as long as it lives. Errors: as Worker::start; what failed once is not tried again, since
  /// that may take as long.
  [[nodiscard]] Result<std::unique_ptr<Session>> new_session() const;
  /// Identifies what it answers, together with the runtime's version: the file's bytes and the code that feeds it.
  /// Empty for one of_file.
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  friend class ForeignSession;
  ForeignModel(const ExportedFile& file, const ForeignRuntime& runtime, const WorkerOptions& worker);
  [[nodiscard]] Result<std::unique_ptr<Worker>> new_worker() const;

  const ForeignRuntime& runtime_;
  WorkerOptions options_;
  WorkerModel model_;
  std::string key_;
  std::optional<MemoryFile> file_;    ///< where it is ours
  std::shared_ptr<WorkerPool> pool_;  ///< may be null
  std::vector<FileInputWriter> writers_;
  std::vector<TensorSpec> inputs_, outputs_;
  struct Place {
    std::size_t from, tensor, element;
  };
  std::vector<Place> places_;  ///< which number of an answer goes where
  mutable std::mutex mutex_;
  mutable std::optional<Error> refused_;  ///< guarded by mutex_
};

}  // namespace pitlane
