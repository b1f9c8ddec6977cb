#include "pitlane/study/study_spec.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <system_error>

#include "pitlane/core/file.h"
#include "pitlane/core/printable.h"
#include "pitlane/study/study_files.h"
#include "pitlane/study/yaml_reader.h"

namespace pitlane {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestStudyFile = 1U << 20;  // a node of the parser takes some hundred times its text
constexpr std::size_t kLongestName = 80;
constexpr double kMostCells = 1e6;

bool is_circuit_file(const std::string& circuit) {
  return circuit.find('/') != std::string::npos || fs::path(circuit).extension() == ".yaml";
}

// Where no circuits are named nobody knows yet how many there are.
Status check_size(const StudySpec& spec) {
  double cells = spec.repetitions;
  for (const std::size_t count :
       {spec.networks.size(), spec.runtimes.size(), std::max<std::size_t>(1, spec.circuits.size()),
        spec.directions.size(), spec.latencies.size(), spec.perturbations.size()})
    cells *= static_cast<double>(count);
  if (cells <= kMostCells) return {};
  return spec.error(0, "is a grid of more than a million drives; split the study");
}

}  // namespace

Error StudySpec::error(int line, const std::string& what) const {
  return invalid_argument(origin + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what);
}

std::string from_folder(const fs::path& folder, const std::string& path) {
  return (fs::path(path).is_absolute() ? fs::path(path) : folder / path).lexically_normal().string();
}

std::string circuit_from_folder(const fs::path& folder, const std::string& circuit) {
  return is_circuit_file(circuit) ? from_folder(folder, circuit) : circuit;
}

Status add_network(const YamlReader& reader, const YAML::Node& at, const fs::path& folder, const std::string& model,
                   const std::string& name, StudySpec& spec) {
  const bool ours = model == kExpertName || model == kLineFollowerName;
  const std::string path = ours ? model : from_folder(folder, model);
  std::error_code code;
  if (!ours && !fs::is_regular_file(path, code))
    return reader.error(at, "network '" + printable_name(model) + "': no such file (" + printable_name(path, 200) +
                                "); paths begin at the study's folder, and without a network there are " + kExpertName +
                                " and " + kLineFollowerName);
  const std::string shown = !name.empty() ? name : ours ? model : fs::path(path).stem().string();
  if (shown.size() > kLongestName || shown != printable(shown))
    return reader.error(at, "the name of a network must be one line of at most " + std::to_string(kLongestName) +
                                " bytes; give one with 'name:'");
  for (const StudyNetwork& other : spec.networks)
    if (other.name == shown)
      return reader.error(at, "a second network is called '" + shown + "' (the first stands in line " +
                                  std::to_string(other.line) + "); give one another name with 'name:'");
  spec.networks.push_back({path, shown, YamlReader::line(at)});
  return {};
}

Result<StudySpec> parse_study(const std::string& text, const std::string& origin, const fs::path& folder) {
  const YamlReader reader(origin);
  try {
    const YAML::Node root = YAML::Load(text);
    const bool foreign = root.IsMap() && root["Behaviors"].IsDefined();
    Result<StudySpec> spec =
        foreign ? read_behavior_metrics(reader, root, folder) : read_own_study(reader, root, folder);
    if (!spec) return spec;
    spec->origin = origin;
    spec->foreign = foreign;
    PITLANE_TRY_STATUS(check_size(*spec));
    return spec;
  } catch (const YAML::DeepRecursion& e) {
    return corrupt(origin + ":" + std::to_string(e.mark.line + 1) +
                   ": lists or maps nest too deep; a study needs three levels");
  } catch (const YAML::Exception& e) {
    const std::string line = e.mark.line >= 0 ? ":" + std::to_string(e.mark.line + 1) : "";
    return corrupt(origin + line + ": not YAML: " + e.msg + "; mend the syntax there");
  }
}

Result<StudySpec> load_study(const fs::path& path) {
  PITLANE_TRY(const std::string text, read_text(path, kLargestStudyFile));
  return parse_study(text, path.string(), path.parent_path());
}

}  // namespace pitlane
