// Checks for numbers on the command line. All refuse NaN and infinity, and say in one short sentence what is allowed.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

namespace pitlane::cli {

/// low..high, both allowed.
CLI::Validator within(double low, double high);
CLI::Validator positive();
CLI::Validator not_negative();
/// Decimal digits only: "1e3", "0x10" and "010" are refused.
CLI::Validator whole(std::int64_t low, std::int64_t high);
/// 0 to 2^64 - 1.
CLI::Validator seed();

}  // namespace pitlane::cli
