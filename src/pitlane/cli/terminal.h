// What the user sees on stderr while the program works. stdout is for results alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "pitlane/core/log.h"
#include "pitlane/core/printable.h"
#include "pitlane/core/progress.h"
#include "pitlane/core/result.h"

namespace pitlane::cli {

/// "pitlane: message"
void print_error(const Error& error);
/// Sink of the library's notes.
void print_note(LogLevel level, std::string_view message);

/// A bar with time left on a terminal. Elsewhere a line every half minute and one when the stage is done; nothing of
/// stages that are shorter. Thread-safe.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// For functions that take a ProgressFn; false once the user has asked to stop. Must not outlive the bar.
  [[nodiscard]] ProgressFn callback();
  /// Takes the bar off the line, so that something else can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool show(const Progress& progress);
  [[nodiscard]] bool due(const Progress& progress, Clock::time_point now) const;
  void draw(const Progress& progress);
  [[nodiscard]] std::string line(const Progress& progress) const;

  std::mutex mutex_;
  bool terminal_;
  bool drawn_ = false;   // on a terminal: the bar stands on the line; elsewhere: this stage has had a line
  bool closed_ = false;  // elsewhere: and its last one
  std::string stage_;
  Clock::time_point stage_start_, last_draw_;
  std::int64_t done_at_start_ = 0;
};

}  // namespace pitlane::cli
