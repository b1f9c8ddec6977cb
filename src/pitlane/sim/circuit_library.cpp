// Where circuits lie: circuit_folders, find_circuit and list_circuits of circuit_file.h.
#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "pitlane/sim/circuit_file.h"

namespace pitlane {
namespace fs = std::filesystem;

std::vector<fs::path> circuit_folders() {
  std::vector<fs::path> folders;
  if (const char* own = std::getenv("PITLANE_CIRCUITS"); own != nullptr && *own != '\0') folders.emplace_back(own);
  folders.emplace_back(PITLANE_INSTALLED_CIRCUITS);
  folders.emplace_back(PITLANE_SOURCE_CIRCUITS);
  return folders;
}

namespace {

fs::path file_of(const std::string& stem) {
  std::error_code ignored;
  for (const fs::path& folder : circuit_folders()) {
    fs::path file = folder / (stem + ".yaml");
    if (fs::exists(file, ignored)) return file;
  }
  return {};
}

}  // namespace

Result<fs::path> locate_circuit(const std::string& name_or_path) {
  std::error_code ignored;
  const fs::path path(name_or_path);
  if (path.has_parent_path() || path.extension() == ".yaml" || fs::is_regular_file(path, ignored)) {
    if (!fs::exists(path, ignored)) return not_found("circuit file " + name_or_path + " does not exist");
    return path;
  }
  if (fs::path file = file_of(name_or_path); !file.empty()) return file;
  std::string known;
  for (const std::string& stem : list_circuits()) {
    const Result<Circuit> circuit = load_circuit(file_of(stem));
    if (circuit.ok() && circuit->name() == name_or_path) return file_of(stem);
    known += (known.empty() ? "" : ", ") + stem;
  }
  return not_found("there is no circuit '" + name_or_path + "'; name a file or one of " +
                   (known.empty() ? "none (no circuits are installed; set PITLANE_CIRCUITS)" : known));
}

Result<Circuit> find_circuit(const std::string& name_or_path) {
  PITLANE_TRY(const fs::path file, locate_circuit(name_or_path));
  return load_circuit(file);
}

std::vector<std::string> list_circuits() {
  std::vector<std::string> names;
  for (const fs::path& folder : circuit_folders()) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
      if (it->path().extension() == ".yaml") names.push_back(it->path().stem().string());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace pitlane
