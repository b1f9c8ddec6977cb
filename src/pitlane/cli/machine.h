// What this machine is, for provenance.
#pragma once

#include <iosfwd>
#include <map>
#include <string>

namespace pitlane::cli {

/// By the keys of study/provenance.h, all of them.
std::map<std::string, std::string> machine_provenance();

/// `cpuinfo` as /proc/cpuinfo: its "model name". 64-bit Arm has none there: then the board, `board` as
/// /proc/device-tree/model, and which cores it has ("Raspberry Pi 4 Model B Rev 1.4, Arm core 0x41/0xd08", implementer
/// and part). "unknown" where nothing says it. Either stream may be one that could not be opened.
std::string processor_name(std::istream& cpuinfo, std::istream& board);

}  // namespace pitlane::cli
