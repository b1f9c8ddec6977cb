#include "pitlane/data/tub_manifest.h"

#include <algorithm>
#include <set>

#include "pitlane/core/file.h"
#include "pitlane/data/bad_rows.h"
#include "pitlane/data/bounded_json.h"
#include "pitlane/data/line_reader.h"

namespace pitlane {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxManifestBytes = 16ULL << 20;  // a tub of a million records may have all of them deleted
constexpr int kCatalogsLine = 5;
constexpr const char* kRemedy =
    "; mend it, e.g. {\"paths\": [\"catalog_0.catalog\"], \"current_index\": 1000, \"max_len\": 1000, "
    "\"deleted_indexes\": []}";

Result<Json> catalogs_line(const std::string& content) {
  LineReader lines(content);
  TextLine line;
  std::int64_t last = 0;
  while (lines.next(line)) {
    last = line.number;
    if (last == kCatalogsLine) break;
  }
  if (last < kCatalogsLine)
    return corrupt("has " + std::to_string(last) + " lines, not 5; the fifth, which lists the catalogs, is missing" +
                   kRemedy);
  Json out = parse_bounded_json(line.text);
  if (!out.is_object())
    return corrupt("line 5, which lists the catalogs, is no whole JSON object" + std::string(kRemedy));
  return out;
}

Result<std::vector<std::string>> catalogs(const Json& line) {
  const auto paths = line.find("paths");
  if (paths == line.end() || !paths->is_array()) return corrupt("line 5: 'paths' is no list of catalogs");
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const Json& path : *paths) {
    if (!path.is_string()) return corrupt("line 5: 'paths' is no list of catalogs");
    const auto name = path.get<std::string>();
    // A tub's catalogs lie beside its manifest; a name that leads elsewhere is not followed.
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos)
      return invalid_argument("line 5: catalog " + shown(name) + " does not lie beside the manifest");
    if (!seen.insert(name).second) return corrupt("line 5: catalog " + shown(name) + " is listed twice; list it once");
    out.push_back(name);
  }
  if (out.empty()) return corrupt("line 5: lists no catalog; record something first");
  return out;
}

Result<std::vector<std::int64_t>> deleted(const Json& line) {
  std::vector<std::int64_t> out;
  const auto indexes = line.find("deleted_indexes");
  if (indexes == line.end()) return out;
  if (!indexes->is_array()) return corrupt("line 5: 'deleted_indexes' is no list of numbers");
  for (const Json& index : *indexes) {
    if (!index.is_number_integer()) return corrupt("line 5: 'deleted_indexes' is no list of numbers");
    out.push_back(index.get<std::int64_t>());
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

Result<TubManifest> read_tub_manifest(const std::filesystem::path& path) {
  PITLANE_TRY(const std::string content, read_text(path, kMaxManifestBytes));
  const auto parse = [&]() -> Result<TubManifest> {
    PITLANE_TRY(const Json line, catalogs_line(content));
    TubManifest out;
    PITLANE_TRY(out.catalogs, catalogs(line));
    PITLANE_TRY(out.deleted, deleted(line));
    return out;
  };
  auto manifest = parse();
  if (!manifest) return manifest.error().in(path.string());
  return manifest;
}

}  // namespace pitlane
