// What the names in a pickle stand for: the whole list of what a pickle can have made.
#pragma once

#include <span>
#include <string_view>

#include "pitlane/core/result.h"
#include "pitlane/formats/pytorch/pickle.h"

namespace pitlane {

/// Refuses all but the known names, by name.
Result<PickleGlobal> known_global(std::string_view module, std::string_view name);

/// What `callable` makes of `arguments`.
Result<PickleObject> call(Pickle& pickle, const PickleGlobal& callable, const PickleSequence& arguments);

/// The storage that a persistent id stands for.
Result<PickleObject> load_persistent(const Pickle& pickle, const PickleObject& id);

}  // namespace pitlane
