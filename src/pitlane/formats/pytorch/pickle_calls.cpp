#include "pitlane/formats/pytorch/pickle_calls.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "pitlane/core/printable.h"
#include "pitlane/network/limits.h"

namespace pitlane {
namespace {

using Arguments = std::vector<PickleId>;

Error wrong_arguments(const char* function) {
  return corrupt(std::string(function) + " with arguments that PyTorch does not write");
}

Result<PickleObject> ordered_dict(Pickle& pickle, const Arguments& arguments) {
  PickleDict dict;
  if (arguments.empty()) return PickleObject(dict);
  const auto* pairs = pickle.get<PickleSequence>(arguments[0]);
  if (pairs == nullptr || arguments.size() > 1) return wrong_arguments("OrderedDict");
  pickle.copies += pairs->items.size();
  if (pickle.copies > Pickle::kMostCopies) return corrupt("the pickle copies more than any state dict holds");
  for (const PickleId id : pairs->items) {
    const auto* pair = pickle.get<PickleSequence>(id);
    if (pair == nullptr || pair->items.size() != 2) return wrong_arguments("OrderedDict");
    dict.items.emplace_back(pair->items[0], pair->items[1]);
  }
  return PickleObject(std::move(dict));
}

Result<PickleObject> size(Pickle& pickle, const Arguments& arguments) {
  const auto* sizes = arguments.size() == 1 ? pickle.get<PickleSequence>(arguments[0]) : nullptr;
  if (sizes == nullptr || sizes->items.size() > kMostDimensions) return wrong_arguments("Size");
  return PickleObject(*sizes);
}

std::optional<Shape> numbers(const Pickle& pickle, PickleId id) {
  const auto* sequence = pickle.get<PickleSequence>(id);
  if (sequence == nullptr || sequence->items.size() > kMostDimensions) return std::nullopt;
  Shape shape;
  for (const PickleId item : sequence->items) {
    const auto* number = pickle.get<std::int64_t>(item);
    if (number == nullptr) return std::nullopt;
    shape.push_back(*number);
  }
  return shape;
}

/// Strides may leave gaps or repeat elements, but must not lead out of the storage; and what repeats would let a small
/// file claim a large tensor.
Status check_bounds(const StoredTensor& tensor) {
  const std::string who = "a tensor of size " + to_string(tensor.sizes);
  const std::int64_t size = tensor.storage.size;
  if (tensor.sizes.size() != tensor.strides.size())
    return corrupt(who + " has " + std::to_string(tensor.strides.size()) + " strides");
  if (std::any_of(tensor.sizes.begin(), tensor.sizes.end(), [](std::int64_t d) { return d < 0; }))
    return corrupt(who + " has a negative size");
  if (tensor.offset < 0 || std::any_of(tensor.strides.begin(), tensor.strides.end(), [](auto s) { return s < 0; }))
    return corrupt(who + " has a negative stride or offset");
  if (std::find(tensor.sizes.begin(), tensor.sizes.end(), 0) != tensor.sizes.end()) return {};
  if (!within_limits(tensor.sizes)) return corrupt(who + " is larger than any driving network's");
  const std::string leads = who + " leads out of its storage of " + std::to_string(size) + " elements";
  if (tensor.offset >= size) return corrupt(leads);
  std::int64_t last = tensor.offset;
  for (std::size_t d = 0; d < tensor.sizes.size(); ++d) {
    const std::int64_t steps = tensor.sizes[d] - 1;
    if (steps > 0 && tensor.strides[d] > (size - 1 - last) / steps) return corrupt(leads);
    last += steps * tensor.strides[d];
  }
  if (element_count(tensor.sizes) > size)
    return unsupported(who + " repeats the " + std::to_string(size) +
                       " elements of its storage; save it after .contiguous()");
  return {};
}

/// (storage, offset, size, stride, ...); the seventh argument of version 3 is the element type.
Result<PickleObject> tensor(Pickle& pickle, const Arguments& arguments) {
  if (arguments.size() < 4) return wrong_arguments("_rebuild_tensor");
  const auto* storage = pickle.get<PickleStorage>(arguments[0]);
  const auto* offset = pickle.get<std::int64_t>(arguments[1]);
  std::optional<Shape> sizes = numbers(pickle, arguments[2]), strides = numbers(pickle, arguments[3]);
  if (storage == nullptr || offset == nullptr || !sizes || !strides) return wrong_arguments("_rebuild_tensor");
  StoredTensor made{*storage, storage->type, *offset, *std::move(sizes), *std::move(strides)};
  if (storage->type == ScalarType::kBytes) {
    const auto* dtype = arguments.size() > 6 ? pickle.get<PickleGlobal>(arguments[6]) : nullptr;
    const ScalarInfo* scalar = dtype != nullptr ? scalar_of_dtype(dtype->name) : nullptr;
    if (scalar == nullptr) return wrong_arguments("_rebuild_tensor");
    made.type = scalar->type;
    made.storage.size /= static_cast<std::int64_t>(scalar->bytes);
  }
  PITLANE_TRY_STATUS(check_bounds(made));
  pickle.tensors.push_back(std::move(made));
  return PickleObject(PickleTensor{static_cast<std::uint32_t>(pickle.tensors.size() - 1)});
}

Result<PickleObject> parameter(Pickle& pickle, const Arguments& arguments) {
  const auto* data = arguments.empty() ? nullptr : pickle.get<PickleTensor>(arguments[0]);
  if (data == nullptr) return wrong_arguments("_rebuild_parameter");
  return PickleObject(*data);
}

struct Known {
  const char* module;
  const char* name;
  Result<PickleObject> (*call)(Pickle& pickle, const Arguments& arguments);
};

constexpr std::array kKnown = {
    Known{"collections", "OrderedDict", ordered_dict},
    Known{"torch", "Size", size},
    Known{"torch._utils", "_rebuild_tensor", tensor},
    Known{"torch._utils", "_rebuild_tensor_v2", tensor},
    Known{"torch._utils", "_rebuild_tensor_v3", tensor},
    Known{"torch._utils", "_rebuild_parameter", parameter},
    Known{"torch._utils", "_rebuild_parameter_with_state", parameter},
};

const Known* find(std::string_view module, std::string_view name) {
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& known) { return module == known.module && name == known.name; });
  return found == kKnown.end() ? nullptr : found;
}

bool is_type(std::string_view module, std::string_view name) {
  const bool torch = module == "torch" || module == "torch.cuda" || module == "torch.storage";
  return torch && (scalar_of_storage(name) != nullptr || (module == "torch" && scalar_of_dtype(name) != nullptr));
}

}  // namespace

Result<PickleGlobal> known_global(std::string_view module, std::string_view name) {
  if (find(module, name) != nullptr || is_type(module, name)) return PickleGlobal{module, name};
  const std::string asks = "the pickle asks for " + printable_name(module) + "." + printable_name(name);
  if (module == "torch._utils" && name == "_rebuild_qtensor")
    return unsupported(asks + ", an int8 tensor; import the float network and quantise it here");
  return unsupported(asks + ", which weights have no use for; nothing was executed; save the weights alone: " +
                     "torch.save(model.state_dict(), PATH)");
}

Result<PickleObject> call(Pickle& pickle, const PickleGlobal& callable, const PickleSequence& arguments) {
  const Known* known = find(callable.module, callable.name);
  if (known == nullptr)
    return corrupt("the pickle calls " + std::string(callable.module) + "." + std::string(callable.name) +
                   ", which is a type of numbers and no function");
  return known->call(pickle, arguments.items);
}

Result<PickleObject> load_persistent(const Pickle& pickle, const PickleObject& id) {
  const Error wrong = corrupt("a persistent id that is no storage of PyTorch's");
  const auto* tuple = std::get_if<PickleSequence>(&id);
  if (tuple == nullptr || tuple->items.size() < 5) return wrong;
  const auto* word = pickle.get<PickleText>(tuple->items[0]);
  const auto* type = pickle.get<PickleGlobal>(tuple->items[1]);
  const auto* key = pickle.get<PickleText>(tuple->items[2]);
  const auto* size = pickle.get<std::int64_t>(tuple->items[4]);
  if (word == nullptr || word->text != "storage" || type == nullptr || key == nullptr || size == nullptr) return wrong;
  const ScalarInfo* scalar = scalar_of_storage(type->name);
  if (scalar == nullptr) return wrong;
  PickleStorage storage{scalar->type, key->text, 0, *size, *size};
  const auto* view = tuple->items.size() > 5 ? pickle.get<PickleSequence>(tuple->items[5]) : nullptr;
  if (view != nullptr) {
    const auto* first = view->items.size() == 3 ? pickle.get<std::int64_t>(view->items[1]) : nullptr;
    const auto* part = view->items.size() == 3 ? pickle.get<std::int64_t>(view->items[2]) : nullptr;
    if (first == nullptr || part == nullptr) return wrong;
    if (*first < 0 || *part < 0 || *first > *size || *part > *size - *first)
      return corrupt("storage '" + printable_name(key->text) + "' has a view that leads out of it");
    storage.first = *first;
    storage.size = *part;
  }
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  if (storage.size < 0 || *size > kMost)
    return corrupt("storage '" + printable_name(key->text) + "' claims " + std::to_string(*size) + " elements");
  return PickleObject(storage);
}

}  // namespace pitlane
