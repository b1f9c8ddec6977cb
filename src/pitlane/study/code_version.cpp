#include "pitlane/study/code_version.h"

#include "pitlane/study/source_hash.h"

namespace pitlane {

const char* code_version() { return kSourceHash; }

}  // namespace pitlane
