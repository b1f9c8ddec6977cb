// What a driver gets to see, and what it says.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "pitlane/core/image.h"

namespace pitlane {

/// One moment. A network that needs more than the newest frame keeps its own history in its Driver.
struct Observation {
  std::span<const ImageView> frames;  ///< one per camera the network reads, newest exposure
  double time_s = 0;                  ///< exposure time, never decreasing within an episode
  double speed_mps = 0;               ///< measured
  int command = 0;                    ///< high-level command, 0 = follow the road
};

/// Named physical outputs of one step. Fixed capacity: no allocation in the control loop.
class Outputs {
 public:
  static constexpr std::size_t kCapacity = 8;
  struct Item {
    std::string_view name;  ///< owned by the driver
    std::string_view unit;
    double value = 0;
  };

  void clear() { size_ = 0; }
  void push(Item item) { items_.at(size_++) = item; }
  [[nodiscard]] std::span<const Item> items() const { return {items_.data(), size_}; }
  /// Null where there is no such output.
  [[nodiscard]] const Item* find(std::string_view name) const {
    for (const Item& item : items())
      if (item.name == name) return &item;
    return nullptr;
  }

 private:
  std::array<Item, kCapacity> items_{};
  std::size_t size_ = 0;
};

/// What a car is told. Positive w turns left.
struct Command {
  double v_mps = 0;
  double w_radps = 0;
  bool operator==(const Command&) const = default;
};

}  // namespace pitlane
