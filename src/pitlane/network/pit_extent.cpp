#include "pitlane/network/pit_extent.h"

#include "pit_generated.h"

namespace pitlane {
namespace {

namespace fb = flatbuffers;

class Extent {
 public:
  void add(const fb::String* text) {
    if (text != nullptr) bytes_ += sizeof(fb::uoffset_t) + text->size() + 1;
  }
  template <typename T>
  void add(const fb::Vector<T>* items) {
    if (items != nullptr) bytes_ += sizeof(fb::uoffset_t) + items->size() * sizeof(T);
  }
  /// Every item of a vector of tables, itself and what `parts` adds.
  template <typename Table, typename Parts>
  void add(const fb::Vector<fb::Offset<Table>>* tables, Parts parts) {
    if (tables == nullptr) return;
    add(tables);
    for (const auto* table : *tables) {
      bytes_ += sizeof(fb::soffset_t);
      parts(*table);
    }
  }
  void add_op(const pit::Node& node) {
    bytes_ += sizeof(fb::soffset_t);
    if (const auto* conv = node.op_as_Conv2d()) add(conv->pad_value());
    if (const auto* slice = node.op_as_Slice()) add(slice->begin()), add(slice->end());
    if (const auto* reshape = node.op_as_Reshape()) add(reshape->shape());
  }
  void add_preprocessing(const pit::Preprocessing* p) {
    if (p != nullptr) add(p->scale()), add(p->offset());
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

}  // namespace

Status check_pit_extent(std::span<const std::byte> file) {
  const pit::File& root = *pit::GetFile(file.data());
  Extent extent;
  extent.add(root.name());
  extent.add(root.weights(), [&](const pit::Weight& w) {
    extent.add(w.name()), extent.add(w.shape()), extent.add(w.scales()), extent.add(w.data());
  });
  extent.add(root.values(), [&](const pit::Value& v) { extent.add(v.name()), extent.add(v.shape()); });
  extent.add(root.nodes(), [&](const pit::Node& n) {
    extent.add(n.name()), extent.add(n.inputs());
    extent.add_op(n);
  });
  extent.add(root.inputs(), [&](const pit::Input& i) {
    extent.add(i.name()), extent.add(i.ages());
    extent.add_preprocessing(i.preprocessing());
  });
  extent.add(root.outputs(), [&](const pit::Output& o) { extent.add(o.name()), extent.add(o.unit()); });
  extent.add(root.states(), [&](const pit::State& s) { extent.add(s.name()); });
  extent.add(root.metadata(), [&](const pit::Entry& e) { extent.add(e.key()), extent.add(e.value()); });
  if (extent.bytes() <= file.size()) return {};
  return corrupt("damaged .pit file: its parts overlap (" + std::to_string(extent.bytes()) + " bytes named, " +
                 std::to_string(file.size()) + " there)");
}

}  // namespace pitlane
