// The program `pitlane`: one verb per file in this folder.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "pitlane/cli/command_line.h"
#include "pitlane/cli/interrupt.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/cli/verb_names.h"
#include "pitlane/core/log.h"
#include "pitlane/core/version.h"
#include "pitlane/kernels/isa.h"

namespace pitlane::cli {
namespace {

constexpr DeclareVerb kVerbs[] = {declare_record,        declare_train,   declare_tune,      declare_strategies,
                                  declare_evaluate,      declare_replay,  declare_bench,     declare_drive,
                                  declare_study,         declare_inspect, declare_convert,   declare_circuit,
                                  declare_perturbations, declare_manual,  declare_completion};

std::string version_text() {
  std::string text = std::string("pitlane ") + kVersion + "\ninstruction sets of this build that this processor has:";
  for (const Isa isa : available_isas()) text += std::string(" ") + to_string(isa);
  return text;
}

int finish(const Result<int>& outcome) {
  if (outcome.ok()) return *outcome;
  print_error(outcome.error());
  return outcome.error().kind() == ErrorKind::kInterrupted ? kInterruptedExit : kBadInput;
}

/// Why standard output takes nothing. A write that failed long ago left no reason, one more finds it again.
int reason_of_failed_write() {
  if (errno != 0) return errno;
  std::clearerr(stdout);
  if (std::fputc('\n', stdout) != EOF && std::fflush(stdout) == 0) return EIO;
  return errno != 0 ? errno : EIO;
}

// Results that went to a full disk are no success.
Status flush_results() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  const int reason = reason_of_failed_write();
  if (reason == EPIPE) return {};  // a reader that closes early (| head) has seen enough
  return io_error(std::string("standard output: cannot write: ") + std::strerror(reason) +
                  "; the results are not complete");
}

// CLI11 throws to end parsing; help and version are such ends too.
int finish_parsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::string message = error.what();
  for (char& c : message)
    if (c == '\n') c = ' ';
  std::string verb;
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = chosen.front()->get_subcommands())
    verb += " " + chosen.front()->get_name();
  print_error(invalid_argument(message + " (see pitlane" + verb + " --help)"));
  return kBadInput;
}

int run(int argc, char** argv) {
  CLI::App app(
      "Tunes neural networks that drive: makes them smaller and faster, proves what that costs offline and on the "
      "track, recommends one, and drives it.\nExit codes: 0 success, 1 a row failed, 2 bad argument or file, "
      "130 interrupted.",
      "pitlane");
  app.set_version_flag("--version", version_text);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Chosen chosen;
  for (const DeclareVerb declare : kVerbs) declare(app, chosen);
  if (const Status known = check_verb_names(app, argc, argv); !known.ok()) return finish(known.error());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return finish_parsing(app, error);
  }
  const int code = finish(chosen.action());
  const Status told = flush_results();
  return told.ok() ? code : finish(told.error());
}

// A standard stream that is closed from the start stays useless, but no file or socket of ours gets its number, and
// with it what is meant for a terminal.
void occupy_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

}  // namespace
}  // namespace pitlane::cli

int main(int argc, char** argv) {
  pitlane::cli::occupy_standard_streams();
  std::signal(SIGCHLD, SIG_DFL);  // who starts us may have it ignored, and then nobody learns how a worker ended
  std::signal(SIGPIPE, SIG_IGN);  // a reader that closes early (| head) is no failure
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit is an error of write(), told in words
  pitlane::cli::install_interrupt_handler();
  pitlane::cli::remember_command_line(argc, argv);
  pitlane::set_log_sink(pitlane::cli::print_note);
  try {
    return pitlane::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    pitlane::cli::print_error({pitlane::ErrorKind::kIo, "out of memory; use less data or a smaller batch"});
  } catch (const std::exception& error) {
    pitlane::cli::print_error({pitlane::ErrorKind::kIo, std::string("unexpected failure: ") + error.what()});
  }
  return pitlane::cli::kBadInput;
}
