#include "sample_drives.h"

namespace pitlane {

std::vector<DriveEntry> sample_drives() {
  std::vector<DriveEntry> entries;
  for (const char* model : {"a.pit", "b<i>.pit"})
    for (const bool dark : {false, true})
      for (const char* circuit : {"tight", "mixed"})
        for (const int ms : {120, 0, 60}) {
          const bool first = model[0] == 'a';
          DriveEntry entry;
          entry.subject.model = model;
          entry.circuit = circuit;
          entry.latency = ms == 0 ? "none" : std::to_string(ms) + "ms";
          entry.latency_s = ms / 1000.0;
          entry.perturbation = dark ? DrivePerturbation{"dark", "light=0.5"} : DrivePerturbation{"none", "none"};
          entry.result.completed = first ? ms <= 60 : !(dark && ms == 60);
          entry.result.end = entry.result.completed ? EpisodeEnd::kCompleted : EpisodeEnd::kOffRoad;
          entry.result.deviation.mean = (dark ? 0.2 : 0.1) + ms / 1000.0 + (circuit[0] == 't' ? 0.02 : 0);
          entry.result.deviation.max = 4 * entry.result.deviation.mean;
          entries.push_back(entry);
        }
  return entries;
}

}  // namespace pitlane
