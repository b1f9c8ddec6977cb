#include "pitlane/study/cell_json.h"

#include "pitlane/core/version.h"
#include "pitlane/study/code_version.h"
#include "pitlane/study/episode_json.h"
#include "pitlane/study/stored_json.h"

namespace pitlane {
namespace {

StoredCell read_cell(const JsonCursor& at) {
  StoredCell cell{read_episode(at), {}};
  if (at.has("origin")) cell.origin = {at["origin"]["machine"].text(), at["origin"]["code"].text()};
  return cell;
}

}  // namespace

std::string origin_code() { return std::string(kVersion) + " " + std::string(code_version()).substr(0, 12); }

std::string to_json(const StoredCell& cell) {
  Json out = write_episode(cell.episode);
  out["origin"] = {{"machine", cell.origin.machine}, {"code", cell.origin.code}};
  return stored_text(out);
}

Result<StoredCell> cell_from_json(std::string_view text) { return from_stored_text<StoredCell>(text, read_cell); }

}  // namespace pitlane
