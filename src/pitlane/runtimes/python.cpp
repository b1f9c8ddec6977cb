#include "pitlane/runtimes/python.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace pitlane {
namespace fs = std::filesystem;
namespace {

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Python choose_python(const std::string& named, const std::string& source) {
  if (!named.empty()) return {named, source};
  const char* variable = std::getenv("PITLANE_PYTHON");
  if (variable != nullptr && *variable != '\0') return {variable, "PITLANE_PYTHON"};
  return {"python3", ""};
}

bool is_on_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return is_program(program);
  const char* folders = std::getenv("PATH");
  std::istringstream parts(folders == nullptr ? "/bin:/usr/bin" : folders);
  for (std::string folder; std::getline(parts, folder, ':');)
    if (is_program(fs::path(folder.empty() ? "." : folder) / program)) return true;
  return false;
}

Status check_python(const Python& python) {
  if (python.source.empty() || is_on_path(python.program)) return {};
  return not_found(python.source + ": there is no program " + python.program);
}

}  // namespace pitlane
