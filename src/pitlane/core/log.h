// Warnings for the user from inside the library. Silent until somebody sets a sink (the program does).
#pragma once

#include <functional>
#include <string_view>

namespace pitlane {

using LogSink = std::function<void(std::string_view)>;

/// Set once at start, before threads; an empty sink silences.
void set_log_sink(LogSink sink);
void log_warning(std::string_view message);

}  // namespace pitlane
