// .pit files: parsed, written and parsed again; small networks are compiled and run, at the slowest and the fastest
// level. Damage under a wrong checksum ends there, so the input is sealed again where its offsets hold.
#include "pitlane/network/pit_file.h"

#include "fuzz/networks.h"
#include "fuzz/target.h"
#include "pitlane/network/pit_checksum.h"
#include "pitlane/network/recurrent.h"

namespace pitlane::fuzz {
namespace {

Result<Network> parse_sealed(Bytes input) {
  std::vector<std::byte> bytes(input.begin(), input.end());
  Result<Network> network = parse_pit(SharedBytes(bytes));
  // The checksum is looked at once the offsets are known to be good, which sealing needs.
  const bool sealed = network.ok() || network.error().message().find("checksum") == std::string::npos;
  if (sealed || !find_pit_checksums(bytes)) return network;
  seal_pit(bytes);
  return parse_pit(SharedBytes(std::move(bytes)));
}

void check_round_trip(const Network& network) {
  const auto written = serialize_pit(network);
  PITLANE_CHECK(written.ok());
  const auto again = parse_pit(SharedBytes(*written));
  PITLANE_CHECK(again.ok() && content_hash(*again) == content_hash(network) && again->metadata == network.metadata);
}

}  // namespace

void run(Bytes input) {
  const Result<Network> network = parse_sealed(input);
  if (!network) return check_error(network.error());
  check_round_trip(*network);
  run_if_small(*network);
}

void add_seeds(Seeds& seeds) {
  for (const auto& [name, network] : small_networks()) seeds.add(name + ".pit", serialize_pit(network).value());
}

}  // namespace pitlane::fuzz
