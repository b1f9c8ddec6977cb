// How much of a picture's columns and rows a network is shown.
#pragma once

namespace pitlane {

/// Shares, above 0 and at most 1. From a number: both.
struct PictureScale {
  double columns = 1, rows = 1;

  PictureScale(double both = 1) : columns(both), rows(both) {}  // NOLINT: implicit, as a recipe says one number
  PictureScale(double of_columns, double of_rows) : columns(of_columns), rows(of_rows) {}

  [[nodiscard]] bool is_whole() const { return columns == 1 && rows == 1; }
  [[nodiscard]] bool is_share() const { return columns > 0 && columns <= 1 && rows > 0 && rows <= 1; }
  bool operator==(const PictureScale&) const = default;
};

}  // namespace pitlane
