#include "pitlane/study/json_cursor.h"

#include <cmath>

namespace pitlane {

JsonCursor JsonCursor::operator[](const char* key) const {
  std::string path = path_.empty() ? key : path_ + "." + key;
  if (!node_) return {nullptr, std::move(path), error_};
  if (!node_->is_object()) {
    fail("expected an object");
    return {nullptr, std::move(path), error_};
  }
  const auto found = node_->find(key);
  JsonCursor child(found == node_->end() ? nullptr : &*found, std::move(path), error_);
  if (found == node_->end()) child.fail("missing");
  return child;
}

bool JsonCursor::has(const char* key) const { return node_ && node_->is_object() && node_->contains(key); }

double JsonCursor::number() const {
  if (!node_) return 0;
  if (node_->is_number()) return node_->get<double>();
  if (node_->is_string()) {
    const auto& name = node_->get_ref<const std::string&>();
    if (name == "nan") return std::nan("");
    if (name == "inf") return std::numeric_limits<double>::infinity();
    if (name == "-inf") return -std::numeric_limits<double>::infinity();
  }
  fail("expected a number");
  return 0;
}

std::string JsonCursor::text() const {
  if (!node_) return {};
  if (node_->is_string()) return node_->get<std::string>();
  fail("expected a string");
  return {};
}

bool JsonCursor::boolean() const {
  if (!node_) return false;
  if (node_->is_boolean()) return node_->get<bool>();
  fail("expected true or false");
  return false;
}

std::vector<double> JsonCursor::numbers(std::size_t count) const {
  std::vector<double> out = list([](const JsonCursor& item) { return item.number(); });
  if (out.size() != count) {
    fail("expected " + std::to_string(count) + " numbers");
    out.resize(count);
  }
  return out;
}

JsonCursor JsonCursor::element(std::size_t index) const {
  return {&(*node_)[index], path_ + "[" + std::to_string(index) + "]", error_};
}

void JsonCursor::fail(const std::string& what) const {
  if (!error_) error_ = corrupt((path_.empty() ? "document" : path_) + ": " + what);
}

}  // namespace pitlane
