// Keys of TuneResult::provenance that more than one module knows: who writes them and who looks them up agree here.
#pragma once

namespace pitlane {

inline constexpr const char* kProvenanceProcessor = "processor";
inline constexpr const char* kProvenanceInstructionSet = "instruction set";
inline constexpr const char* kProvenanceCores = "cores";
inline constexpr const char* kProvenanceSystem = "system";
inline constexpr const char* kProvenanceDate = "date";  ///< UTC; of the wall clock

}  // namespace pitlane
