#include "pitlane/cli/machine.h"

#include <sys/utsname.h>

#include <ctime>
#include <fstream>
#include <istream>
#include <set>
#include <string>
#include <thread>

#include "pitlane/kernels/isa.h"
#include "pitlane/study/provenance.h"

namespace pitlane::cli {
namespace {

std::string this_processor() {
  std::ifstream cpuinfo("/proc/cpuinfo"), board("/proc/device-tree/model");
  return processor_name(cpuinfo, board);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

}  // namespace

std::string processor_name(std::istream& cpuinfo, std::istream& board) {
  std::string implementer;
  std::set<std::string> cores;
  for (std::string line; std::getline(cpuinfo, line);) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    std::string value = line.substr(colon + 2);
    if (line.rfind("model name", 0) == 0) return value;
    if (line.rfind("CPU implementer", 0) == 0) implementer = value;
    if (line.rfind("CPU part", 0) == 0) cores.insert(std::string(implementer).append("/").append(value));
  }
  std::string name;
  std::getline(board, name, '\0');
  for (const std::string& core : cores) name.append(name.empty() ? "Arm core " : ", Arm core ").append(core);
  return name.empty() ? "unknown" : name;
}

std::map<std::string, std::string> machine_provenance() {
  std::map<std::string, std::string> facts;
  facts[kProvenanceProcessor] = this_processor();
  facts[kProvenanceCores] = std::to_string(std::thread::hardware_concurrency());
  const Result<Isa> isa = default_isa();
  facts[kProvenanceInstructionSet] = isa.ok() ? to_string(*isa) : isa.error().message();
  utsname system{};
  if (::uname(&system) == 0) facts[kProvenanceSystem] = std::string(system.sysname) + " " + system.machine;
  facts[kProvenanceDate] = utc_now();
  return facts;
}

}  // namespace pitlane::cli
