// Which code made a stored value: values of other code are made again.
#pragma once

namespace pitlane {

/// Hash of all sources that decide what `tune` and its search store.
const char* code_version();

}  // namespace pitlane
