// Finished work that survives: a small content-addressed store in one SQLite file.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pitlane/core/result.h"

struct sqlite3;

namespace pitlane {

/// Keys name everything that a value depends on (hashes of network, data, options), so a found value need not be
/// computed again. Each put is committed before it returns: a process that is killed afterwards loses nothing, and a
/// put that was under way is either there whole or not at all. A put waits for the disk too, unless one has within the
/// last kFlushEvery: so a machine that loses its power loses values of a few seconds' work at most, and a store whose
/// values are quickly made is not held up by its disk. The file stays whole in either case. Several processes may share
/// it; one thread a Store.
class Store {
 public:
  static constexpr std::chrono::seconds kFlushEvery{5};

  /// Makes the file (its directory must exist) or opens it. Errors: not a store, damaged, written by a newer version,
  /// no permission, in use by another program for longer than a few seconds.
  static Result<Store> open(const std::filesystem::path& path);
  /// To read alone; also where neither the file nor its folder may be written. Errors: as `open`; there, what another
  /// program has not yet moved from its log into the file cannot be read.
  static Result<Store> open_to_read(const std::filesystem::path& path);

  /// Empty where nobody has put the key.
  [[nodiscard]] Result<std::optional<std::string>> find(std::string_view key) const;
  [[nodiscard]] Result<bool> has(std::string_view key) const;
  /// Any bytes. A key that is there gets the new value.
  Status put(std::string_view key, std::string_view value);
  /// A key that is there keeps its value: of two processes that do the same work the first counts.
  Status put_new(std::string_view key, std::string_view value);
  /// The next put waits for the disk in any case, and with it all before it: for values that took long to make.
  void flush_with_next() { flushed_at_.reset(); }

 private:
  Status write(const char* sql, std::string_view key, std::string_view value);
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  using Connection = std::unique_ptr<sqlite3, Close>;
  Store(Connection connection, std::filesystem::path path)
      : connection_(std::move(connection)), path_(std::move(path)) {}

  Connection connection_;
  std::filesystem::path path_;
  std::optional<std::chrono::steady_clock::time_point> flushed_at_;  ///< of the last put that waited for the disk
};

}  // namespace pitlane
