#include "pitlane/study/store.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "pitlane/core/file.h"

namespace pitlane {
namespace {

// "PITL": tells our files from other programs' (SQLite keeps it in the file's header).
constexpr int kApplicationId = 0x5049544C;
constexpr int kSchemaVersion = 1;
constexpr int kBusyTimeoutMs = 10'000;

bool means_full(int system) { return system == ENOSPC || system == EDQUOT || system == EFBIG; }

// What the system last said of the store's file or its log; tidying up after an error does not change that, as it does
// the connection's own sqlite3_system_errno.
bool file_was_full(sqlite3* connection) {
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    int system = 0;
    if (sqlite3_file_control(connection, "main", which, &file) != SQLITE_OK || !file || !file->pMethods) continue;
    if (file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &system) == SQLITE_OK && means_full(system))
      return true;
  }
  return false;
}

// SQLite calls a full disk so only where it writes pages; where the file may not grow or its index has no room, only
// the system's error says why.
bool has_no_space(sqlite3* connection, int code) {
  if ((code & 0xFF) == SQLITE_FULL) return true;
  if ((code & 0xFF) != SQLITE_IOERR || connection == nullptr) return false;
  return means_full(sqlite3_system_errno(connection)) || (code == SQLITE_IOERR_WRITE && file_was_full(connection));
}

Error store_error(sqlite3* connection, const std::filesystem::path& path, int code) {
  const std::string where = path.string() + ": ";
  if (has_no_space(connection, code))
    return io_error(where +
                    "no space left for the result store (a full disk, a quota or 'ulimit -f'); free some space and run "
                    "again");
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
      return corrupt(where + "not a result store of pitlane; choose another file or directory");
    case SQLITE_CORRUPT:
      return corrupt(where + "the result store is damaged; delete it, and results are computed anew");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return io_error(where + "another program keeps the result store busy; wait for it to end and run again");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return io_error(where + "no permission to write the result store; check its permissions or choose another place");
    case SQLITE_TOOBIG:
      return invalid_argument(where + "a value is too large for the result store");
    case SQLITE_CANTOPEN:
      return io_error(where + "cannot open the result store; check that its directory exists and may be written");
    default:
      return io_error(where + "result store: " + (connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code)));
  }
}

class Statement {
 public:
  Statement(sqlite3* connection, const char* sql) {
    code_ = sqlite3_prepare_v2(connection, sql, -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind_text(int index, std::string_view text) {
    if (code_ == SQLITE_OK)
      code_ = sqlite3_bind_text64(statement_, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                  SQLITE_UTF8);
    return *this;
  }
  Statement& bind_blob(int index, std::string_view bytes) {
    if (code_ == SQLITE_OK)
      code_ = sqlite3_bind_blob64(statement_, index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
    return *this;
  }
  /// SQLITE_ROW, SQLITE_DONE or an error.
  int step() { return code_ == SQLITE_OK ? sqlite3_step(statement_) : code_; }
  [[nodiscard]] std::string blob() const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, 0));
    return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, 0))) : std::string();
  }
  [[nodiscard]] int integer() const { return sqlite3_column_int(statement_, 0); }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int code_ = SQLITE_OK;
};

Result<int> read_integer(sqlite3* connection, const char* sql, const std::filesystem::path& path) {
  Statement statement(connection, sql);
  const int code = statement.step();
  if (code != SQLITE_ROW) return store_error(connection, path, code);
  return statement.integer();
}

Status execute(sqlite3* connection, const char* sql, const std::filesystem::path& path) {
  const int code = sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return store_error(connection, path, code);
  return {};
}

Status check_identity(sqlite3* connection, const std::filesystem::path& path) {
  PITLANE_TRY(const int application, read_integer(connection, "PRAGMA application_id", path));
  PITLANE_TRY(const int version, read_integer(connection, "PRAGMA user_version", path));
  PITLANE_TRY(const int tables, read_integer(connection, "SELECT count(*) FROM sqlite_master", path));
  if (application == 0 && version == 0 && tables == 0) return {};  // A new file.
  if (application != kApplicationId) return store_error(connection, path, SQLITE_NOTADB);
  if (version > kSchemaVersion)
    return unsupported(path.string() + ": written by a newer pitlane (result store version " + std::to_string(version) +
                       ", this one knows " + std::to_string(kSchemaVersion) +
                       "); update pitlane or use another directory");
  return {};
}

// Two processes may both make a new file, so the schema is made under the write lock and only where it is missing.
Status prepare(sqlite3* connection, const std::filesystem::path& path) {
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  PITLANE_TRY_STATUS(check_identity(connection, path));
  PITLANE_TRY_STATUS(execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", path));
  static_assert(kApplicationId == 1346982988 && kSchemaVersion == 1, "the pragmas below repeat these");
  return execute(
      connection,
      "BEGIN IMMEDIATE;"
      "CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;"
      "PRAGMA application_id = 1346982988;"
      "PRAGMA user_version = 1;"
      "COMMIT;",
      path);
}

// A file that cannot be written, or whose folder cannot, as SQLite needs for its log.
bool cannot_be_written(const std::filesystem::path& path) {
  const std::filesystem::path file = resolved(path);  // where SQLite puts the log
  return ::access(file.c_str(), W_OK) != 0 || ::access(file.parent_path().c_str(), W_OK) != 0;
}

// "file:" and the path, in which '?', '#' and '%' would mean something else.
std::string immutable_uri(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : path.string()) {
    char text[4] = {c, 0, 0, 0};
    if (c == '?' || c == '#' || c == '%') std::snprintf(text, sizeof text, "%%%02X", static_cast<unsigned>(c));
    uri += text;
  }
  return uri + "?immutable=1";
}

// What was committed last may still be in the log, and an immutable file is read without it.
Status check_no_log(const std::filesystem::path& path) {
  const std::filesystem::path log = resolved(path).string() + "-wal";
  std::error_code code;
  if (!std::filesystem::exists(log, code) || std::filesystem::file_size(log, code) == 0) return {};
  return io_error(path.string() + ": its last results are in " + log.filename().string() +
                  ", which can be read only where the folder may be written; copy both files to such a folder");
}

}  // namespace

void Store::Close::operator()(sqlite3* connection) const { sqlite3_close(connection); }

Result<Store> Store::open(const std::filesystem::path& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Connection connection(raw);
  if (code != SQLITE_OK) return store_error(raw, path, code);
  PITLANE_TRY_STATUS(prepare(raw, path));
  return Store(std::move(connection), path);
}

Result<Store> Store::open_to_read(const std::filesystem::path& path) {
  if (!cannot_be_written(path)) return open(path);
  for (const bool immutable : {false, true}) {
    if (immutable) PITLANE_TRY_STATUS(check_no_log(path));
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const std::string name = immutable ? immutable_uri(path) : path.string();
    const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
    Connection connection(raw);
    sqlite3_busy_timeout(raw, kBusyTimeoutMs);
    const Status readable = code == SQLITE_OK ? check_identity(raw, path) : Status(store_error(raw, path, code));
    if (readable.ok()) return Store(std::move(connection), path);
    if (immutable) return readable.error();
  }
  return open(path);
}

Result<std::optional<std::string>> Store::find(std::string_view key) const {
  Statement statement(connection_.get(), "SELECT value FROM results WHERE key = ?1");
  const int code = statement.bind_text(1, key).step();
  if (code == SQLITE_DONE) return std::optional<std::string>();
  if (code != SQLITE_ROW) return store_error(connection_.get(), path_, code);
  return std::optional<std::string>(statement.blob());
}

Result<bool> Store::has(std::string_view key) const {
  Statement statement(connection_.get(), "SELECT 1 FROM results WHERE key = ?1");
  const int code = statement.bind_text(1, key).step();
  if (code != SQLITE_DONE && code != SQLITE_ROW) return store_error(connection_.get(), path_, code);
  return code == SQLITE_ROW;
}

// In SQLite's write-ahead log a commit is an append. With `synchronous = NORMAL` it returns once the kernel has it, and
// the kernel outlives a killed process; with FULL it returns once the disk has the log, everything committed before
// included, which takes 0.1 s and more on disks that are shared. Frames of the log carry checksums, and SQLite flushes
// the log before it copies it into the file, so that a power failure cuts the log's end off but damages nothing.
Status Store::write(const char* sql, std::string_view key, std::string_view value) {
  using Clock = std::chrono::steady_clock;
  sqlite3* const connection = connection_.get();
  const bool flush = !flushed_at_ || Clock::now() - *flushed_at_ >= kFlushEvery;
  PITLANE_TRY_STATUS(execute(connection, flush ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", path_));
  Statement statement(connection, sql);
  const int code = statement.bind_text(1, key).bind_blob(2, value).step();
  if (code != SQLITE_DONE) return store_error(connection, path_, code);
  if (flush && sqlite3_changes(connection) > 0) flushed_at_ = Clock::now();
  return {};
}

Status Store::put(std::string_view key, std::string_view value) {
  return write("INSERT OR REPLACE INTO results (key, value) VALUES (?1, ?2)", key, value);
}

Status Store::put_new(std::string_view key, std::string_view value) {
  return write("INSERT OR IGNORE INTO results (key, value) VALUES (?1, ?2)", key, value);
}

}  // namespace pitlane
