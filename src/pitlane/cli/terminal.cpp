#include "pitlane/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "pitlane/cli/interrupt.h"

namespace pitlane::cli {
namespace {

constexpr int kBarCells = 24;
constexpr std::chrono::milliseconds kRedrawPause{100};
constexpr std::chrono::milliseconds kLogPause{30'000};  // a log wants signs of life, not a film

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string duration_text(double seconds) {
  char text[32];
  const int whole = static_cast<int>(std::lround(seconds));
  if (whole < 60)
    std::snprintf(text, sizeof text, "%d s", whole);
  else
    std::snprintf(text, sizeof text, "%d min %02d s", whole / 60, whole % 60);
  return text;
}

std::string bar(double share) {
  const int full = static_cast<int>(share * kBarCells);
  std::string cells;
  for (int i = 0; i < kBarCells; ++i) cells += i < full ? '#' : '.';
  return "[" + cells + "]";
}

}  // namespace

// A message may quote what a broken file holds.
void print_error(const Error& error) {
  std::fprintf(stderr, "pitlane: %s\n", printable_message(error.message()).c_str());
}

void print_note(LogLevel level, std::string_view message) {
  std::fprintf(stderr, "%s%s\n", level == LogLevel::kWarning ? "warning: " : "", printable_message(message).c_str());
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) != 0) {}
ProgressBar::~ProgressBar() { clear(); }

ProgressFn ProgressBar::callback() {
  return [this](const Progress& progress) { return show(progress); };
}

void ProgressBar::clear() {
  const std::lock_guard lock(mutex_);
  if (!terminal_) {
    stage_.clear();  // what comes next is another piece of work, even where it is called the same
    return;
  }
  if (drawn_) std::fprintf(stderr, "\r\033[K");
  drawn_ = false;
}

bool ProgressBar::due(const Progress& progress, Clock::time_point now) const {
  if (terminal_) return !drawn_ || now - last_draw_ > kRedrawPause;
  const bool whole = drawn_ && progress.total > 0 && progress.done >= progress.total;
  return !closed_ && (whole || now - last_draw_ > kLogPause);
}

bool ProgressBar::show(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (progress.stage != stage_) {
    stage_ = progress.stage;
    stage_start_ = last_draw_ = now;
    done_at_start_ = progress.done;  // work of an earlier run took none of this run's time
    if (!terminal_) drawn_ = closed_ = false;
  }
  if (due(progress, now)) {
    last_draw_ = now;
    draw(progress);
    closed_ = progress.total > 0 && progress.done >= progress.total;
  }
  return !interrupt_requested();
}

std::string ProgressBar::line(const Progress& progress) const {
  std::string line = stage_;
  if (progress.total > 0) {
    const auto share_of = [&](std::int64_t done) {
      return std::clamp(static_cast<double>(done) / static_cast<double>(progress.total), 0.0, 1.0);
    };
    const double share = share_of(progress.done);
    const double fresh = share - share_of(done_at_start_);
    const double elapsed = std::chrono::duration<double>(last_draw_ - stage_start_).count();
    if (terminal_) line = bar(share) + " " + line;
    line += "  " + std::to_string(progress.done) + "/" + std::to_string(progress.total);
    if (fresh > 0.005 && share < 1) line += "  " + duration_text(elapsed * (1 - share) / fresh) + " left";
  }
  if (!progress.detail.empty()) line += "  " + progress.detail;
  return line;
}

void ProgressBar::draw(const Progress& progress) {
  std::string text = line(progress);
  drawn_ = true;
  if (!terminal_) {
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  text.resize(std::min(text.size(), terminal_width() - 1));
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

}  // namespace pitlane::cli
