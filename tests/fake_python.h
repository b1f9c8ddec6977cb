// A made-up Python that the program starts as the user's: it speaks as runtimes/worker.py does, or misbehaves.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace pitlane::testing {

/// At hand for the body of a fake; each frame goes out at once.
inline constexpr const char* kFakePrelude = R"(#!/usr/bin/env python3
import os, signal, struct, sys, time
assert sys.argv[1:5] == ["-I", "-S", "-B", "-c"], sys.argv
engine, model, memory, *ports = sys.argv[6:] if len(sys.argv) > 7 else [sys.argv[6], "", "0"]
def bytes_of(port):
    kind, dims = port.split(":")
    size = {"f32": 4, "u8": 1}[kind]
    for dim in dims.split("x"):
        size *= int(dim)
    return size
size = sum(map(bytes_of, ports))
def say(raw):
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()
def frame(kind, payload):
    say(struct.pack("<4sIQ", b"PITL", kind, len(payload)) + payload)
def hello(name=None):
    frame(1, (name or engine + " 0.1").encode())
    if not model:
        sys.exit(0)
def missing(why):
    frame(2, why.encode())
    sys.exit(0)
def ready(count=2):
    frame(3, struct.pack("<Q", count))
def request():  # "r" or "R", and the inputs
    raw = sys.stdin.buffer.read(1 + size)
    if len(raw) < 1 + size:
        sys.exit(0)
    return raw
def answer(*values, ns=1000):
    frame(4, struct.pack(f"<Q{len(values)}f", ns, *values))
)";

/// A body that answers the same whatever it is shown.
inline constexpr const char* kSteadyPython = "hello(); ready()\nwhile request(): answer(0.5, 0.5)";

inline void save_fake_python(const std::filesystem::path& path, const std::string& body) {
  std::ofstream(path) << kFakePrelude << body << "\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

}  // namespace pitlane::testing
