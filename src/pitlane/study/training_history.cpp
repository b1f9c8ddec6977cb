#include "pitlane/study/training_history.h"

#include <iomanip>
#include <locale>
#include <sstream>
#include <string>

namespace pitlane {
namespace {

constexpr const char* kKey = "history";

}  // namespace

void set_training_history(Network& network, const std::vector<EpochRecord>& epochs) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << std::setprecision(7);
  for (const EpochRecord& e : epochs) out << e.epoch << ' ' << e.train_loss << ' ' << e.validation_loss << '\n';
  network.metadata[kKey] = out.str();
}

std::vector<EpochRecord> training_history(const Network& network) {
  std::vector<EpochRecord> epochs;
  const auto found = network.metadata.find(kKey);
  if (found == network.metadata.end()) return epochs;
  std::istringstream lines(found->second);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    in.imbue(std::locale::classic());
    EpochRecord e;
    if (in >> e.epoch >> e.train_loss >> e.validation_loss) epochs.push_back(e);
  }
  return epochs;
}

}  // namespace pitlane
