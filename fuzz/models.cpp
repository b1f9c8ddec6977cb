#include "fuzz/models.h"

#include "fuzz/networks.h"
#include "pitlane/formats/import.h"
#include "pitlane/network/pit_file.h"

namespace pitlane::fuzz {

void import_and_check(const std::string& name, Bytes input, const ImportOptions& options) {
  static const Scratch scratch;
  const auto network = import_network(scratch.put(name, input), options);
  if (!network) return check_error(network.error());
  PITLANE_CHECK(serialize_pit(*network).ok());
  run_if_small(*network);
}

}  // namespace pitlane::fuzz
