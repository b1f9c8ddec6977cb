// Errors as values. Every function that can fail on what a user or a file gives it returns
// Result<T> (or Status for "nothing but success"). Broken invariants of our own are PITLANE_CHECKed.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace pitlane {

/// What kind of thing went wrong: decides the exit code, and what callers make of it.
enum class ErrorKind {
  kInvalidArgument,  ///< The caller asked for something that makes no sense.
  kNotFound,         ///< A file, a name or a part of a model is missing.
  kCorrupt,          ///< Bytes that do not mean what they should.
  kUnsupported,      ///< Meaningful, but not something this build or machine can do.
  kInapplicable,     ///< Has no meaning for this network.
  kIo,               ///< The operating system refused: permissions, full disk.
  kNumeric,          ///< NaN, infinity or divergence.
  kInterrupted,      ///< The user asked to stop.
};

/// One clear line: what is wrong, where, and the remedy. Never ends in a full stop or newline.
class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  /// The same error seen from one level up: "where: message".
  [[nodiscard]] Error in(std::string_view where) const { return Error(kind_, std::string(where) + ": " + message_); }

 private:
  ErrorKind kind_;
  std::string message_;
};

/// A value or an Error. Move-only types welcome; reading the wrong side stops the program.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: same

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return ok() ? std::get<0>(state_) : fail(); }
  const T& value() const& { return ok() ? std::get<0>(state_) : const_cast<Result*>(this)->fail(); }
  T&& value() && { return std::move(ok() ? std::get<0>(state_) : fail()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  [[noreturn]] T& fail() { std::abort(); }  // A caller that did not look is a bug of ours.
  std::variant<T, Error> state_;
};

/// Success or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return error_.value(); }

 private:
  std::optional<Error> error_;
};

inline Error invalid_argument(std::string message) { return {ErrorKind::kInvalidArgument, std::move(message)}; }
inline Error not_found(std::string message) { return {ErrorKind::kNotFound, std::move(message)}; }
inline Error corrupt(std::string message) { return {ErrorKind::kCorrupt, std::move(message)}; }
inline Error unsupported(std::string message) { return {ErrorKind::kUnsupported, std::move(message)}; }
inline Error inapplicable(std::string message) { return {ErrorKind::kInapplicable, std::move(message)}; }
inline Error io_error(std::string message) { return {ErrorKind::kIo, std::move(message)}; }
inline Error numeric_error(std::string message) { return {ErrorKind::kNumeric, std::move(message)}; }

namespace internal {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace internal

}  // namespace pitlane

/// Always-on check of our own invariants; stops the program. Never for a user's mistake.
#define PITLANE_CHECK(condition) \
  ((condition) ? void(0) : ::pitlane::internal::check_failed(#condition, __FILE__, __LINE__))

#define PITLANE_CONCAT_INNER(a, b) a##b
#define PITLANE_CONCAT(a, b) PITLANE_CONCAT_INNER(a, b)

/// PITLANE_TRY(auto x, f()): unwraps a Result into x or returns its error from this function.
#define PITLANE_TRY(declaration, expression) \
  PITLANE_TRY_IMPL(PITLANE_CONCAT(pitlane_result_, __LINE__), declaration, expression)
#define PITLANE_TRY_IMPL(result, declaration, expression) \
  auto result = (expression);                             \
  if (!result.ok()) return result.error();                \
  declaration = *std::move(result)

/// PITLANE_TRY_STATUS(f()): returns the error of a Status (or Result) from this function.
#define PITLANE_TRY_STATUS(expression)                                                           \
  do {                                                                                           \
    if (auto pitlane_status = (expression); !pitlane_status.ok()) return pitlane_status.error(); \
  } while (false)
