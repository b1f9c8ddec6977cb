#include "pitlane/formats/pytorch/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <unordered_map>

#include "pitlane/formats/pytorch/pickle_calls.h"

namespace pitlane {
namespace {

/// A stack machine as documented in CPython's pickletools, less what could call, import or copy out of proportion.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::size_t begin) : bytes_(bytes), begin_(begin), at_(begin) {}

  Result<Pickle> run();

 private:
  using Handler = Status (Machine::*)();
  struct Opcode {
    unsigned char code;
    Handler handler;
  };
  static const std::array<Handler, 256>& handlers();

  // Reading of arguments.
  Result<std::string_view> take(std::uint64_t count);
  Result<std::uint64_t> number(int width);
  Result<std::string_view> line();
  Result<std::string_view> counted(int width);

  // The stack.
  Status push(PickleObject object);
  Result<PickleId> pop();
  Result<std::vector<PickleId>> pop_to_mark();
  Status push_sequence(std::size_t count);
  template <typename T>
  Result<T*> top(const char* needed);

  // Opcodes.
  Status protocol();
  Status frame();
  Status none() { return push(PickleNone{}); }
  Status yes() { return push(true); }
  Status no() { return push(false); }
  Status mark();
  Status drop();
  Status drop_mark();
  Status twice();
  Status int1() { return unsigned_int(1); }
  Status int2() { return unsigned_int(2); }
  Status int4();
  Status long1() { return any_long(1); }
  Status long4() { return any_long(4); }
  Status real();
  Status text1() { return text(1); }
  Status text4() { return text(4); }
  Status text8() { return text(8); }
  Status empty_sequence() { return push(PickleSequence{}); }
  Status empty_dict() { return push(PickleDict{}); }
  Status tuple1() { return push_sequence(1); }
  Status tuple2() { return push_sequence(2); }
  Status tuple3() { return push_sequence(3); }
  Status marked_sequence();
  Status marked_dict();
  Status append();
  Status append_marked();
  Status set_item();
  Status set_marked();
  Status put1() { return put(1); }
  Status put4() { return put(4); }
  Status memoize();
  Status get1() { return get(1); }
  Status get4() { return get(4); }
  Status global();
  Status stack_global();
  Status instance();
  Status object();
  Status extension1() { return extension(1); }
  Status extension2() { return extension(2); }
  Status extension4() { return extension(4); }
  Status reduce();
  Status build();
  Status persistent();

  Status unsigned_int(int width);
  Status any_long(int width);
  Status text(int width);
  Status put(int width);
  Status get(int width);
  Status extension(int width);
  Status add_items(PickleDict& dict, const std::vector<PickleId>& items);

  std::span<const std::byte> bytes_;
  std::size_t begin_, at_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleId> memo_;
};

const std::array<Machine::Handler, 256>& Machine::handlers() {
  static constexpr Opcode kOpcodes[] = {
      {0x80, &Machine::protocol},
      {0x95, &Machine::frame},
      {'N', &Machine::none},
      {0x88, &Machine::yes},
      {0x89, &Machine::no},
      {'(', &Machine::mark},
      {'0', &Machine::drop},
      {'1', &Machine::drop_mark},
      {'2', &Machine::twice},
      {'K', &Machine::int1},
      {'M', &Machine::int2},
      {'J', &Machine::int4},
      {0x8A, &Machine::long1},
      {0x8B, &Machine::long4},
      {'G', &Machine::real},
      {'U', &Machine::text1},
      {'T', &Machine::text4},
      {0x8C, &Machine::text1},
      {'X', &Machine::text4},
      {0x8D, &Machine::text8},
      {'C', &Machine::text1},
      {'B', &Machine::text4},
      {0x8E, &Machine::text8},
      {0x96, &Machine::text8},
      {')', &Machine::empty_sequence},
      {']', &Machine::empty_sequence},
      {0x8F, &Machine::empty_sequence},
      {'}', &Machine::empty_dict},
      {0x85, &Machine::tuple1},
      {0x86, &Machine::tuple2},
      {0x87, &Machine::tuple3},
      {'t', &Machine::marked_sequence},
      {'l', &Machine::marked_sequence},
      {0x91, &Machine::marked_sequence},
      {'d', &Machine::marked_dict},
      {'a', &Machine::append},
      {'e', &Machine::append_marked},
      {0x90, &Machine::append_marked},
      {'s', &Machine::set_item},
      {'u', &Machine::set_marked},
      {'q', &Machine::put1},
      {'r', &Machine::put4},
      {0x94, &Machine::memoize},
      {'h', &Machine::get1},
      {'j', &Machine::get4},
      {'c', &Machine::global},
      {0x93, &Machine::stack_global},
      {'i', &Machine::instance},
      {'o', &Machine::object},
      {0x81, &Machine::reduce},
      {0x82, &Machine::extension1},
      {0x83, &Machine::extension2},
      {0x84, &Machine::extension4},
      {'R', &Machine::reduce},
      {'b', &Machine::build},
      {'Q', &Machine::persistent},
  };
  static const std::array<Handler, 256> kTable = [] {
    std::array<Handler, 256> table{};
    for (const Opcode& opcode : kOpcodes) table[opcode.code] = opcode.handler;
    return table;
  }();
  return kTable;
}

Result<Pickle> Machine::run() {
  const auto place = [this](std::size_t at) { return "pickle, byte " + std::to_string(at - begin_); };
  for (std::size_t opcodes = 0;; ++opcodes) {
    const std::size_t at = at_;
    if (opcodes >= Pickle::kMostOpcodes || memo_.size() > Pickle::kMostObjects)
      return corrupt(place(at) + ": it is longer than any state dict's");
    if (at_ >= bytes_.size()) return corrupt(place(at) + ": it ends too early; the file was cut short, copy it again");
    const auto code = std::to_integer<unsigned char>(bytes_[at_++]);
    if (code == '.') break;
    const Handler handler = handlers()[code];
    if (handler == nullptr)
      return corrupt(place(at) + ": opcode " + std::to_string(code) + " is none that torch.save writes");
    if (const Status status = (this->*handler)(); !status.ok()) return status.error().in(place(at));
  }
  const Result<PickleId> root = pop();
  if (!root.ok()) return root.error().in(place(at_ - 1));
  pickle_.root = *root;
  pickle_.end = at_;
  return std::move(pickle_);
}

Result<std::string_view> Machine::take(std::uint64_t count) {
  if (count > bytes_.size() - at_)
    return corrupt("it needs " + std::to_string(count) + " bytes more and has " + std::to_string(bytes_.size() - at_) +
                   "; the file was cut short, copy it again");
  const std::string_view taken(reinterpret_cast<const char*>(bytes_.data() + at_), static_cast<std::size_t>(count));
  at_ += static_cast<std::size_t>(count);
  return taken;
}

Result<std::uint64_t> Machine::number(int width) {
  PITLANE_TRY(const std::string_view digits, take(static_cast<std::uint64_t>(width)));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits.size(); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(digits[i])} << (8 * i);
  return value;
}

Result<std::string_view> Machine::line() {
  constexpr std::size_t kLongest = 4096;
  const std::size_t left = std::min(bytes_.size() - at_, kLongest);
  const std::string_view rest(reinterpret_cast<const char*>(bytes_.data() + at_), left);
  const std::size_t end = rest.find('\n');
  if (end == rest.npos) return corrupt("a name has no end");
  at_ += end + 1;
  return rest.substr(0, end);
}

Result<std::string_view> Machine::counted(int width) {
  PITLANE_TRY(const std::uint64_t count, number(width));
  return take(count);
}

Status Machine::push(PickleObject object) {
  if (pickle_.objects.size() >= Pickle::kMostObjects)
    return corrupt("it makes more than " + std::to_string(Pickle::kMostObjects) + " objects");
  pickle_.objects.push_back(std::move(object));
  stack_.push_back(static_cast<PickleId>(pickle_.objects.size() - 1));
  return {};
}

Result<PickleId> Machine::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) return corrupt("it takes what it never made");
  const PickleId id = stack_.back();
  stack_.pop_back();
  return id;
}

Result<std::vector<PickleId>> Machine::pop_to_mark() {
  if (marks_.empty()) return corrupt("it closes what it never opened");
  std::vector<PickleId> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
  stack_.resize(marks_.back());
  marks_.pop_back();
  return items;
}

Status Machine::push_sequence(std::size_t count) {
  PickleSequence sequence;
  sequence.items.resize(count);
  for (std::size_t i = count; i > 0; --i) {
    PITLANE_TRY(sequence.items[i - 1], pop());
  }
  return push(std::move(sequence));
}

template <typename T>
Result<T*> Machine::top(const char* needed) {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) return corrupt("it takes what it never made");
  PickleObject& object = pickle_.objects[stack_.back()];
  if (auto* found = std::get_if<T>(&object)) return found;
  return corrupt(std::string("it treats ") + kind_of(object) + " as " + needed);
}

Status Machine::protocol() {
  PITLANE_TRY(const std::uint64_t version, number(1));
  if (version < 2 || version > 5)
    return unsupported("protocol " + std::to_string(version) + "; known are 2 to 5, torch.save writes 2");
  return {};
}

Status Machine::frame() {
  PITLANE_TRY(const std::uint64_t length, number(8));
  if (length > bytes_.size() - at_) return corrupt("a frame is longer than the file");
  return {};
}

Status Machine::mark() {
  if (marks_.size() >= Pickle::kDeepest) return corrupt("it nests deeper than " + std::to_string(Pickle::kDeepest));
  marks_.push_back(stack_.size());
  return {};
}

Status Machine::drop() {
  PITLANE_TRY_STATUS(pop());
  return {};
}

Status Machine::drop_mark() {
  PITLANE_TRY_STATUS(pop_to_mark());
  return {};
}

Status Machine::twice() {
  PITLANE_TRY(const PickleId id, pop());
  stack_.insert(stack_.end(), 2, id);
  return {};
}

Status Machine::unsigned_int(int width) {
  PITLANE_TRY(const std::uint64_t value, number(width));
  return push(static_cast<std::int64_t>(value));
}

Status Machine::int4() {
  PITLANE_TRY(const std::uint64_t value, number(4));
  return push(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(value))});
}

Status Machine::any_long(int width) {
  PITLANE_TRY(const std::string_view digits, counted(width));
  if (digits.size() > 8) return push(PickleLong{std::as_bytes(std::span(digits))});
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < digits.size(); ++i)
    value |= std::uint64_t{static_cast<unsigned char>(digits[i])} << (8 * i);
  const bool negative = !digits.empty() && static_cast<unsigned char>(digits.back()) >= 0x80;
  if (negative && digits.size() < 8) value |= ~std::uint64_t{0} << (8 * digits.size());
  return push(static_cast<std::int64_t>(value));
}

Status Machine::real() {
  PITLANE_TRY(const std::string_view digits, take(8));
  std::uint64_t bits = 0;  // the one number that pickles write highest byte first
  for (const char c : digits) bits = bits << 8U | static_cast<unsigned char>(c);
  return push(std::bit_cast<double>(bits));
}

Status Machine::text(int width) {
  PITLANE_TRY(const std::string_view content, counted(width));
  return push(PickleText{content});
}

Status Machine::marked_sequence() {
  PITLANE_TRY(std::vector<PickleId> items, pop_to_mark());
  return push(PickleSequence{std::move(items)});
}

Status Machine::add_items(PickleDict& dict, const std::vector<PickleId>& items) {
  if (items.size() % 2 != 0) return corrupt("a dict has a key without a value");
  for (std::size_t i = 0; i < items.size(); i += 2) dict.items.emplace_back(items[i], items[i + 1]);
  return {};
}

Status Machine::marked_dict() {
  PITLANE_TRY(const std::vector<PickleId> items, pop_to_mark());
  PickleDict dict;
  PITLANE_TRY_STATUS(add_items(dict, items));
  return push(std::move(dict));
}

Status Machine::append() {
  PITLANE_TRY(const PickleId item, pop());
  PITLANE_TRY(PickleSequence * list, top<PickleSequence>("a list"));
  list->items.push_back(item);
  return {};
}

Status Machine::append_marked() {
  PITLANE_TRY(const std::vector<PickleId> items, pop_to_mark());
  PITLANE_TRY(PickleSequence * list, top<PickleSequence>("a list"));
  list->items.insert(list->items.end(), items.begin(), items.end());
  return {};
}

Status Machine::set_item() {
  PITLANE_TRY(const PickleId value, pop());
  PITLANE_TRY(const PickleId key, pop());
  PITLANE_TRY(PickleDict * dict, top<PickleDict>("a dict"));
  return add_items(*dict, {key, value});
}

Status Machine::set_marked() {
  PITLANE_TRY(const std::vector<PickleId> items, pop_to_mark());
  PITLANE_TRY(PickleDict * dict, top<PickleDict>("a dict"));
  return add_items(*dict, items);
}

Status Machine::put(int width) {
  PITLANE_TRY(const std::uint64_t index, number(width));
  PITLANE_TRY(const PickleId id, pop());
  stack_.push_back(id);
  memo_[index] = id;
  return {};
}

Status Machine::memoize() {
  PITLANE_TRY(const PickleId id, pop());
  stack_.push_back(id);
  memo_[memo_.size()] = id;
  return {};
}

Status Machine::get(int width) {
  PITLANE_TRY(const std::uint64_t index, number(width));
  const auto found = memo_.find(index);
  if (found == memo_.end()) return corrupt("it remembers number " + std::to_string(index) + ", which it never noted");
  stack_.push_back(found->second);
  return {};
}

Status Machine::global() {
  PITLANE_TRY(const std::string_view module, line());
  PITLANE_TRY(const std::string_view name, line());
  PITLANE_TRY(const PickleGlobal known, known_global(module, name));
  return push(known);
}

Status Machine::stack_global() {
  PITLANE_TRY(const PickleId name_id, pop());
  PITLANE_TRY(const PickleId module_id, pop());
  const auto *name = pickle_.get<PickleText>(name_id), *module = pickle_.get<PickleText>(module_id);
  if (name == nullptr || module == nullptr) return corrupt("a name that is no text");
  PITLANE_TRY(const PickleGlobal known, known_global(module->text, name->text));
  return push(known);
}

// INST names its class itself; none of the known ones is ever written so.
Status Machine::instance() {
  PITLANE_TRY(const std::string_view module, line());
  PITLANE_TRY(const std::string_view name, line());
  PITLANE_TRY_STATUS(known_global(module, name));
  return corrupt("opcode 105 is none that torch.save writes");
}

// OBJ takes a class that GLOBAL let through, which torch.save never does.
Status Machine::object() { return corrupt("opcode 111 is none that torch.save writes"); }

Status Machine::extension(int width) {
  PITLANE_TRY(const std::uint64_t code, number(width));
  return unsupported("the pickle asks for extension " + std::to_string(code) +
                     " of Python's copyreg, which weights have no use for; nothing was executed; save the weights "
                     "alone: torch.save(model.state_dict(), PATH)");
}

// REDUCE and NEWOBJ: both call with a tuple of arguments.
Status Machine::reduce() {
  PITLANE_TRY(const PickleId arguments_id, pop());
  PITLANE_TRY(const PickleId callable_id, pop());
  const auto* arguments = pickle_.get<PickleSequence>(arguments_id);
  const auto* callable = pickle_.get<PickleGlobal>(callable_id);
  if (callable == nullptr) return corrupt("it calls " + kind_of(pickle_.objects[callable_id]));
  if (arguments == nullptr) return corrupt("it calls with " + kind_of(pickle_.objects[arguments_id]));
  PITLANE_TRY(PickleObject made, call(pickle_, *callable, *arguments));
  return push(std::move(made));
}

// State dicts carry their modules' versions as an attribute, parameters what users hung on them: neither is weights.
Status Machine::build() {
  PITLANE_TRY(const PickleId state, pop());
  PITLANE_TRY(const PickleId id, pop());
  stack_.push_back(id);
  const PickleObject& object = pickle_.objects[id];
  const bool attributes = pickle_.get<PickleDict>(state) != nullptr;
  if (attributes && (std::holds_alternative<PickleDict>(object) || std::holds_alternative<PickleTensor>(object)))
    return {};
  return corrupt("it gives " + kind_of(object) + " a state of " + kind_of(pickle_.objects[state]));
}

Status Machine::persistent() {
  PITLANE_TRY(const PickleId id, pop());
  PITLANE_TRY(PickleObject storage, load_persistent(pickle_, pickle_.objects[id]));
  return push(std::move(storage));
}

}  // namespace

const PickleObject* Pickle::find(const PickleDict& dict, std::string_view key) const {
  for (auto item = dict.items.rbegin(); item != dict.items.rend(); ++item) {
    const auto* text = get<PickleText>(item->first);
    if (text != nullptr && text->text == key) return &objects[item->second];
  }
  return nullptr;
}

std::string kind_of(const PickleObject& object) {
  static constexpr std::array<const char*, std::variant_size_v<PickleObject>> kNames = {
      "None",   "a bool", "an integer", "a float",   "a long integer", "a text",
      "a list", "a dict", "a name",     "a storage", "a tensor"};
  return kNames[object.index()];
}

Result<Pickle> read_pickle(std::span<const std::byte> bytes, std::size_t begin) {
  if (begin >= bytes.size()) return corrupt("a pickle is missing; the file was cut short, copy it again");
  return Machine(bytes, begin).run();
}

}  // namespace pitlane
