#include "pitlane/runtimes/exchange.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace pitlane {
namespace {

using Outcome = ChildProcess::Outcome;
constexpr std::string_view kMark = "PITL";
constexpr std::size_t kHeaderBytes = 16;  // the mark, kind, length
constexpr std::size_t kQuoted = 100;      // of who talks otherwise

template <typename Number>
Number little_endian(std::span<const std::byte> bytes) {
  Number number = 0;
  for (std::size_t i = sizeof(Number); i-- > 0;)
    number = static_cast<Number>(number << 8 | static_cast<Number>(bytes[i]));
  return number;
}

bool is_kind(std::uint32_t kind) {
  return kind >= static_cast<std::uint32_t>(FrameKind::kHello) &&
         kind <= static_cast<std::uint32_t>(FrameKind::kAnswer);
}

}  // namespace

FrameOutcome read_frame(ChildProcess& child, std::size_t most, const Patience& patience, Frame& frame) {
  std::array<std::byte, kHeaderBytes> header{};
  const std::span<std::byte> rest = std::span(header).subspan(kMark.size());
  if (const Outcome outcome = child.read(std::span(header).first(kMark.size()), patience); outcome != Outcome::kDone)
    return {outcome};
  // At once: who prints a word instead may never print a whole header.
  const std::string mark(reinterpret_cast<const char*>(header.data()), kMark.size());
  if (mark != kMark) return {Outcome::kDone, true, mark + child.read_what_is_there(kQuoted)};
  if (const Outcome outcome = child.read(rest, patience); outcome != Outcome::kDone) return {outcome};
  const auto bytes = std::span<const std::byte>(header);
  const auto kind = little_endian<std::uint32_t>(bytes.subspan(4));
  const auto length = little_endian<std::uint64_t>(bytes.subspan(8));
  if (!is_kind(kind) || length > most) return {Outcome::kDone, true};
  frame.kind = static_cast<FrameKind>(kind);
  frame.payload.resize(static_cast<std::size_t>(length));
  return {child.read(frame.payload, patience)};
}

Outcome write_request(ChildProcess& child, bool forget, std::span<const std::byte> inputs, const Patience& patience) {
  const std::array order{static_cast<std::byte>(forget ? 'R' : 'r')};
  const Outcome outcome = child.write(order, patience);
  return outcome == Outcome::kDone ? child.write(inputs, patience) : outcome;
}

std::uint64_t number_of(std::span<const std::byte> payload) { return little_endian<std::uint64_t>(payload); }

}  // namespace pitlane
