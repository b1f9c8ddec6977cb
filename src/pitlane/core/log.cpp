#include "pitlane/core/log.h"

#include <mutex>
#include <utility>

namespace pitlane {
namespace {

LogSink& sink() {
  static LogSink instance;
  return instance;
}

void log(LogLevel level, std::string_view message) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  if (sink()) sink()(level, message);
}

}  // namespace

void set_log_sink(LogSink new_sink) { sink() = std::move(new_sink); }
void log_info(std::string_view message) { log(LogLevel::kInfo, message); }
void log_warning(std::string_view message) { log(LogLevel::kWarning, message); }

}  // namespace pitlane
