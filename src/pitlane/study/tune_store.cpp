#include "pitlane/study/tune_store.h"

#include <optional>
#include <string>

#include "pitlane/core/file.h"

namespace pitlane {

Result<Store> open_tune_store(const std::filesystem::path& out, const Network& baseline, bool overwrite) {
  constexpr const char* kOwner = "network";
  PITLANE_TRY_STATUS(make_writable_directory(out));
  PITLANE_TRY(Store store, Store::open(out / "tune.db"));
  const std::string mine = content_hash(baseline);
  PITLANE_TRY(const std::optional<std::string> owner, store.find(kOwner));
  if (owner == mine) return store;
  if (owner && !overwrite)
    return invalid_argument(out.string() +
                            ": holds the results of another network; choose another directory, or say --overwrite to "
                            "replace them");
  PITLANE_TRY_STATUS(store.put(kOwner, mine));
  return store;
}

}  // namespace pitlane
