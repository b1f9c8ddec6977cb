// Which names a circuit may have: check_circuit_name of circuit.h.
#include <cstdint>
#include <optional>
#include <string_view>

#include "pitlane/core/utf8.h"
#include "pitlane/sim/circuit.h"

namespace pitlane {
namespace {

constexpr std::size_t kLongestName = 80;

}  // namespace

Status check_circuit_name(const std::string& name) {
  if (name.size() > kLongestName)
    return invalid_argument("the name has " + std::to_string(name.size()) + " bytes; at most " +
                            std::to_string(kLongestName) + " are allowed");
  for (std::string_view rest = name; !rest.empty();) {
    const auto code = take_character(rest);
    if (!code) return invalid_argument("the name is not UTF-8; write it in plain letters");
    if (is_obeyed(*code)) return invalid_argument("the name holds a control character or line break; leave it out");
    if (*code == ',') return invalid_argument("the name '" + name + "' holds a comma; leave it out");
  }
  return {};
}

}  // namespace pitlane
