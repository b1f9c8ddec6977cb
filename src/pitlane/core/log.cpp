#include "pitlane/core/log.h"

#include <utility>

namespace pitlane {
namespace {

LogSink& sink() {
  static LogSink instance;
  return instance;
}

void log(LogLevel level, std::string_view message) {
  if (sink()) sink()(level, message);
}

}  // namespace

void set_log_sink(LogSink new_sink) { sink() = std::move(new_sink); }
void log_info(std::string_view message) { log(LogLevel::kInfo, message); }
void log_warning(std::string_view message) { log(LogLevel::kWarning, message); }

}  // namespace pitlane
