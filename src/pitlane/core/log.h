// Notes for the user from inside the library. Silent until somebody sets a sink (the program does).
#pragma once

#include <functional>
#include <string_view>

namespace pitlane {

enum class LogLevel { kInfo, kWarning };

using LogSink = std::function<void(LogLevel, std::string_view)>;

/// Set once at start, before threads; an empty sink silences. It is called by any thread, by one at a time.
void set_log_sink(LogSink sink);
void log_info(std::string_view message);
void log_warning(std::string_view message);

}  // namespace pitlane
